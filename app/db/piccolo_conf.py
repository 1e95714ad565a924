"""What Piccolo asks for: the engine and the one app whose migrations it runs."""

from piccolo.conf.apps import AppRegistry

from app.db.engine import engine

DB = engine
APP_REGISTRY = AppRegistry(apps=["app.db.piccolo_app"])
