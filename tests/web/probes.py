"""Routes that tests add to the app: the smallest pages behind each kind of gate, and each kind of failure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath  # noqa: TC002 - read at run time

from app.db.engine import DatabaseUnavailable, fetch
from app.terms import Refused
from app.web.forms import read_form
from app.web.page import page
from app.web.policies import public_page, school_page, signed_in_page, staff_page
from app.web.session import here_of

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True)
class Nothing:
    begin_at: str = "/"


def shown(request: AnyRequest) -> Response[str]:
    return page(request, "public/start.html", Nothing())


@get("/school/probe", opt=school_page())
async def plain(request: AnyRequest) -> Response[str]:
    here = here_of(request)
    response = shown(request)
    response.headers["X-Here"] = f"{here.school.urn} {here.level.value} {here.today} {here.actor.name}"
    return response


@post("/school/probe", opt=school_page(), status_code=200)
async def send(request: AnyRequest) -> Response[str]:
    response = shown(request)
    response.headers["X-Typed"] = ascii((await read_form(request)).get("email", "nothing"))[1:-1]
    return response


@get("/school/gated", opt=school_page(gated=True))
async def gated(request: AnyRequest) -> Response[str]:
    return shown(request)


@get("/school/closing", opt=school_page(gated=True, closes=True))
async def closing(request: AnyRequest) -> Response[str]:
    return shown(request)


@get("/school/polled", opt=school_page(polling=True))
async def polled(request: AnyRequest) -> Response[str]:
    return shown(request)


@get("/admin/probe", opt=staff_page())
async def console(request: AnyRequest) -> Response[str]:
    return shown(request)


@get("/anyone-signed-in", opt=signed_in_page())
async def signed_in(request: AnyRequest) -> Response[str]:
    return shown(request)


@get("/fails/{how:str}", opt=public_page())
async def fails(how: FromPath[str]) -> Response[str]:
    if how == "refused":
        raise Refused("changed_meanwhile", message="Somebody else changed it.")
    if how == "database":
        raise DatabaseUnavailable("pool")
    if how == "query":
        await fetch("SELECT 1/0")
    raise ValueError("alice@amberley.example was born on 1 May 1990")


PROBES = [plain, send, gated, closing, polled, console, signed_in, fails]
