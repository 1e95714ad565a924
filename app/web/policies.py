"""What each route asks of whoever calls it; a route that doesn't say so keeps the application from starting.

How to declare a school page, say in `app/web/schools/ects.py`::

    @get("/school/ects", opt=school_page(gated=True, nav="ects"))
    async def show(request: HTMXRequest) -> Response[str]:
        here = here_of(request)              # app.web.session: user, school, actor, today, level, calendar, policy
        ects = await ects_at(here.school.id, here.today)
        return page(request, "schools/ects/index.html", ECTsPage(ects))

    @post("/school/ects/{ect:str}/email", opt=school_page(gated=True), status_code=200)
    async def change(request: HTMXRequest, ect: FromPath[str]) -> Response[str]:
        form = await read_form(request)      # app.web.forms: one value per field, safe for the database
        await change_email(ChangeEmail(known_id(ect), form.get("email", "")), here.actor, here.today)
        return redirect(request, f"/school/ects/{ect}")

and add the handlers to `HANDLERS` in `app/asgi.py`. Before the handler runs, the visitor has passed every gate that
the policy names, a form's token and school mark have been checked, and the clock stands at the time of the request.
`@get` answers HEAD too. Path parameters are `FromPath[str]` (of `litestar.params`);
`known_id` turns one into a UUID or answers 404.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from litestar.handlers import HTTPRouteHandler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from litestar import Litestar
    from litestar.handlers.base import BaseRouteHandler

Audience = Literal["file", "anyone", "program", "school", "staff", "signed_in"]


class Gate(IntEnum):
    """The gates of a school page, in their order (ACC-9.10, G-02)."""

    SIGNED_IN = 1
    ACCOUNT = 2
    PRIVACY_NOTICE = 3
    CURRENT_SCHOOL = 4
    SCHOOL_LEVEL = 5
    INDUCTION_TUTOR = 6
    CLOSED_WINDOW = 7


@dataclass(frozen=True)
class Policy:
    """Who may call a route and what they must have passed."""

    audience: Audience
    last_gate: Gate = Gate.ACCOUNT
    gated: bool = False
    """The induction tutor gate stops it (PRM-05)."""
    closes: bool = False
    """A closed window stops it (PRM-04)."""
    csrf: bool = True
    form: bool = False
    """A visitor without a session gets one, because the page holds a form."""
    polling: bool = False
    """Asked for by the page itself: doesn't keep the session alive (ACC-9.3)."""
    nav: str = ""
    """The entry of the navigation that is active."""
    rights: tuple[str, ...] = ()
    """Staff need one of these roles; none is for every member of staff (ADM-1.1)."""
    acting: bool = True
    """Staff who act for a school may use it, as far as they may change something (ADM-7.7)."""
    changes: bool = False
    """Part of a journey: even looking at it is for those who may change something (ACC-15)."""

    @cached_property
    def gates(self) -> tuple[Gate, ...]:
        """Return the gates to pass, in order."""
        if self.audience != "school":
            return ()
        wanted = [gate for gate in Gate if gate <= self.last_gate]
        wanted += [Gate.INDUCTION_TUTOR] * self.gated + [Gate.CLOSED_WINDOW] * self.closes
        return tuple(wanted)


class PolicyMissing(TypeError):
    """A route says not who may call it (ACC-14.5)."""


def file_route() -> dict[str, Any]:
    """Declare something that never depends on who asks: static files, health checks."""
    return {"policy": Policy("file", csrf=False)}


def program_route() -> dict[str, Any]:
    """Declare something for the programs of lead providers, which their token lets in (API-3)."""
    return {"policy": Policy("program", csrf=False)}


def public_page(*, form: bool = False, csrf: bool = True) -> dict[str, Any]:
    """Declare a page for everybody."""
    return {"policy": Policy("anyone", form=form, csrf=csrf)}


def signed_in_page(*, polling: bool = False) -> dict[str, Any]:
    """Declare something for everybody who is signed in, school users and staff."""
    return {"policy": Policy("signed_in", polling=polling)}


def school_page(
    *,
    gated: bool = False,
    closes: bool = False,
    nav: str = "",
    polling: bool = False,
    last_gate: Gate = Gate.SCHOOL_LEVEL,
    acting: bool = True,
) -> dict[str, Any]:
    """Declare a page of the current school; `gated` by the induction tutor gate, `closes` in a closed window.

    acting: whether staff who act for the school may use it (ADM-7.7).
    """
    policy = Policy("school", last_gate, gated=gated, closes=closes, nav=nav, polling=polling, acting=acting)
    return {"policy": policy}


def journey_page(opt: dict[str, Any]) -> dict[str, Any]:
    """Declare a page of a journey, which only those may see who may change something (ACC-15)."""
    return {"policy": replace(opt["policy"], changes=True)}


def staff_page(*rights: str, nav: str = "", acting: bool = False) -> dict[str, Any]:
    """Declare a page of the support console, for staff with one of the roles, or for every member (ADM-1.1).

    acting: whether it is there while they act for a school (ADM-7.10).
    """
    return {"policy": Policy("staff", nav=nav, rights=rights, acting=acting)}


def policy_of(handler: BaseRouteHandler) -> Policy:
    """Return a route's policy; raises PolicyMissing."""
    policy = handler.opt.get("policy")
    if not isinstance(policy, Policy):
        raise PolicyMissing(f"{handler} on {', '.join(sorted(handler.paths))} declares no policy")
    return policy


def routes_with_policies(app: Litestar) -> Iterator[tuple[str, str, Policy]]:
    """Give path pattern, method and policy of every route; raises PolicyMissing (ACC-14.5)."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()) or (route.route_handler,):  # type: ignore[union-attr]
            if not isinstance(handler, HTTPRouteHandler):
                yield route.path_format, "ASGI", _policy_of_application(handler)
                continue
            for method in sorted(handler.http_methods):
                if method != "OPTIONS":
                    yield route.path_format, method, policy_of(handler)


def _policy_of_application(handler: BaseRouteHandler) -> Policy:
    """Return the policy of a route that passes no gate, because it is an ASGI application; raises PolicyMissing."""
    policy = policy_of(handler)
    if policy.audience != "file":
        raise PolicyMissing(f"{handler} passes no gate: it can only be a file route")
    return policy
