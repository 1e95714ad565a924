"""The web process: what uvicorn loads in each worker."""

from __future__ import annotations

import asyncio
import gc
import signal
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from app import logs
from app.adapters.dfe_clients import dfe_sign_in_clients
from app.adapters.from_settings import mailer_or_stop, teaching_records
from app.asgi import create_app
from app.console.measures import answered_apart
from app.db import server
from app.db.console import valid_settings
from app.db.engine import engine
from app.demo.personas import PERSONAS
from app.telemetry import Traced, telling
from app.web.dfe_endings import DfESignIn
from app.web.middleware import routes_of

if TYPE_CHECKING:
    from litestar import Litestar

    from app.adapters.caller import Health


def web_application() -> Litestar:
    """Make the web application of this process; uvicorn calls it in each worker."""
    chosen = valid_settings()
    logs.configure()
    engine.point_at(server.database_url(chosen))
    trs = teaching_records(chosen)
    dfe = dfe_sign_in_clients(chosen)
    mail = mailer_or_stop(chosen)
    personas = PERSONAS if "personas" in chosen.methods else ()

    def health() -> dict[str, Health]:
        return {"trs": trs.health(), **(dfe.health() if dfe else {}), **mail.health()}

    app = create_app(
        chosen,
        trs=trs,
        dfe=DfESignIn(dfe.provider, dfe.directory) if dfe else None,
        personas=personas,
        dependencies=health,
        build=chosen.build,
    )
    if chosen.traces_endpoint:
        app.asgi_handler = Traced(app.asgi_handler, routes_of(app))
    app.state["mail"] = mail.sender
    beside = ExitStack()
    app.on_startup += [
        _open_engine,
        lambda: beside.enter_context(answered_apart(chosen, health)),
        lambda: beside.enter_context(telling(chosen)),
        _keep_what_there_is,
        lambda: _give_notice(app, chosen.stop_notice),
    ]
    app.on_shutdown += [beside.close, trs.close, mail.close, *([dfe.close] if dfe else []), engine.close]
    return app


def _give_notice(app: Litestar, seconds: float) -> None:
    """When told to stop, first say so for a while: whoever watches sends no more, so nobody is cut off (OPS-8)."""
    loop, stop = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)
    if not seconds or not callable(stop):
        return
    go_on = partial(stop, signal.SIGTERM, None)

    def begin(*_: object) -> None:
        app.state.stopping = True
        loop.call_soon_threadsafe(lambda: loop.call_later(seconds, go_on))

    signal.signal(signal.SIGTERM, begin)


async def _open_engine() -> None:
    await engine.open()


async def _keep_what_there_is() -> None:
    """Look for garbage no more among what every request needs: going through all of it holds pages up for 0.1 s."""
    gc.collect()
    gc.freeze()
