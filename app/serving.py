"""The web process: what uvicorn loads in each worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import logs
from app.adapters.dfe_clients import dfe_sign_in_clients
from app.adapters.from_settings import mailer_or_stop, teaching_records
from app.asgi import create_app
from app.db import server
from app.db.console import valid_settings
from app.db.engine import engine
from app.demo.personas import PERSONAS
from app.web.dfe_endings import DfESignIn

if TYPE_CHECKING:
    from litestar import Litestar


def web_application() -> Litestar:
    """Make the web application of this process; uvicorn calls it in each worker."""
    chosen = valid_settings()
    logs.configure()
    engine.point_at(server.database_url(chosen))
    trs = teaching_records(chosen)
    dfe = dfe_sign_in_clients(chosen)
    mail = mailer_or_stop(chosen)
    personas = PERSONAS if "personas" in chosen.methods else ()
    app = create_app(
        chosen,
        trs=trs,
        dfe=DfESignIn(dfe.provider, dfe.directory) if dfe else None,
        personas=personas,
        dependencies=lambda: {"trs": trs.health(), **(dfe.health() if dfe else {}), **mail.health()},
    )
    app.state["mail"] = mail.sender
    app.on_startup.append(_open_engine)
    app.on_shutdown += [trs.close, mail.close, *([dfe.close] if dfe else []), engine.close]
    return app


async def _open_engine() -> None:
    await engine.open()
