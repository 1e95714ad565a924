"""The web application of a test: making one takes a third of a second, so those that are alike are made once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.asgi import create_app, derived

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.access.personas import Persona
    from app.settings import Settings
    from app.web.dfe_endings import DfESignIn

_made: dict[tuple[object, ...], tuple[Any, Sequence[Any]]] = {}


def application(
    settings: Settings,
    *,
    trs: Any = None,
    dfe: DfESignIn | None = None,
    personas: Sequence[Persona] = (),
    more: Sequence[Any] = (),
) -> Any:
    """Return the application of these settings and further handlers, as new: it remembers no other test."""
    key = (settings, *map(id, more))
    app, _ = _made.setdefault(key, (None, more))
    if app is None:
        app = create_app(settings, trs=trs, dfe=dfe, personas=personas, more=more)
        _made[key] = (app, more)
    app.state.address_limit.counted.clear()
    as_new = {"trs": trs, "dfe_sign_in": dfe, "personas": tuple(personas), "dependencies": dict, **derived(settings)}
    for name, value in as_new.items():
        setattr(app.state, name, value)
    return app
