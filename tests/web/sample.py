"""A small app that shows the frame of the pages with sample content: no database, no session."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from jinja2 import ChoiceLoader, FileSystemLoader
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import NotFoundException

from app import clock, templating
from app.access.sign_in import Organisation
from app.settings import settings
from app.web.dfe_endings import Ending, ending_page
from app.web.errors import ErrorPage, error_page
from app.web.page import Acting, Chrome, page, redirect
from app.web.static import static_file

if TYPE_CHECKING:
    from collections.abc import Mapping

LIBRARY_AND_OURS = templating.environment().loader
assert LIBRARY_AND_OURS is not None
templating.environment().loader = ChoiceLoader(
    [LIBRARY_AND_OURS, FileSystemLoader(Path(__file__).with_name("templates"))]
)


@dataclass(frozen=True)
class Sample:
    """What the sample pages show."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    notification: Mapping[str, object] | None = None
    day: datetime = datetime(2025, 9, 1, tzinfo=UTC)


SIGNED_IN = Chrome(
    csrf_token="token",
    school_mark="mark",
    signed_in=True,
    user_name="Alice Tutor",
    school_name="St Example’s Church of England Primary School",
    several_schools=True,
    show_navigation=True,
    active_nav="ects",
)


def signed_in(request: Request[Any, Any, Any], **changes: object) -> None:
    """Put the chrome of a signed-in school user into the request, as the middleware does."""
    now = clock.now()
    seconds = int(request.query_params.get("seconds", 7200))
    ends = {"session_ends_at": now + timedelta(seconds=seconds), "session_absolute_ends_at": now + timedelta(hours=12)}
    request.state.chrome = dataclasses.replace(SIGNED_IN, **(ends | changes))  # type: ignore[arg-type]


@get("/school/home", sync_to_thread=False)
def home(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the list, with every banner."""
    banners = {
        "closed_window": "Registration for 2026 to 2027 opens on 1 June 2026.",
        "clock": datetime(2026, 3, 10, 14, 5, tzinfo=UTC),
        "acting": Acting("St Example’s", "100001", datetime(2026, 3, 10, 15, tzinfo=UTC), None),
        "test_sign_in": True,
    }
    signed_in(request, **banners)
    return page(request, "sample/home.html", Sample(notification={"text": "Saved", "success": True}))


@get("/school/question", sync_to_thread=False)
def question(request: Request[Any, Any, Any]) -> Response[str]:
    """Ask for a date."""
    signed_in(request)
    return page(request, "sample/question.html", Sample())


@post("/school/question")
async def answer(request: Request[Any, Any, Any]) -> Response[str]:
    """Refuse a date without a year, as its kind does."""
    signed_in(request)
    form = {name: str(value) for name, value in (await request.form()).items()}
    if form.get("start_date_year"):
        return redirect(request, "/school/fields")
    errors = {"start_date_month": "Start date must include a month and year", "start_date_year": ""}
    return page(request, "sample/question.html", Sample(form, errors), status=422)


@get("/school/fields", sync_to_thread=False)
def fields(request: Request[Any, Any, Any]) -> Response[str]:
    """Show every field."""
    signed_in(request)
    return page(request, "sample/fields.html", Sample())


@post("/school/fields")
async def refuse(request: Request[Any, Any, Any]) -> Response[str]:
    """Refuse every field."""
    signed_in(request)
    form = {name: str(value) for name, value in (await request.form()).items()}
    names = ("trn", "new_name", "email", "name_is_correct", "appropriate_body_id", "message")
    errors = {name: f"Enter the right {name.replace('_', ' ')}" for name in names}
    return page(request, "sample/fields.html", Sample(form, errors), status=422)


@get("/error/{status:int}", sync_to_thread=False)
def error(request: Request[Any, Any, Any]) -> Response[str]:
    """Show an error page."""
    status = request.path_params["status"]
    resend = (("email", "a@school.example"),) if request.query_params.get("resend") else ()
    return error_page(request, status, ErrorPage(resend=resend))


@get("/dfe-sign-in/{ending:str}", sync_to_thread=False)
def dfe_sign_in(request: Request[Any, Any, Any]) -> Response[str]:
    """Show how an attempt at DfE Sign-in ended."""
    trust = Organisation("An id", "The Archbishop Featherstonehaugh Memorial Learning Partnership Trust", "100042")
    return ending_page(request, Ending(request.path_params["ending"]), trust)


@get("/away", sync_to_thread=False)
def away(request: Request[Any, Any, Any]) -> Response[str]:
    """Redirect to another origin."""
    return redirect(request, "https://sign-in.example/start")


@post("/session/extend", sync_to_thread=False)
def extend() -> Response[None]:
    """Answer as the session's page does."""
    return Response(None, status_code=204)


def not_found(request: Request[Any, Any, Any], _: NotFoundException) -> Response[str]:
    """Answer the page for an unknown address."""
    return error_page(request, 404)


app = Litestar(
    [static_file, home, question, answer, fields, refuse, error, dfe_sign_in, away, extend],
    exception_handlers={NotFoundException: not_found},
    openapi_config=None,
    state=State({"settings": settings().model_copy(update={"dfe_sign_in_issuer": "https://oidc.sign-in.example"})}),
)


def client(**headers: str) -> httpx.AsyncClient:
    """Return a browser of the sample app."""
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers=headers)
