"""Tables, the engine and the transaction.

Owns what PostgreSQL stores and how a transaction is opened. Must not know any rule of the service
beyond what a column or constraint says. Everything that reads or writes rows imports from here.
"""

import os

# Piccolo finds its configuration by this name; it is fixed, not a setting.
os.environ["PICCOLO_CONF"] = "app.db.piccolo_conf"
