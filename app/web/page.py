"""One page per URL: the whole document for a plain browser, the partial for an HTMX request to the same URL."""

from __future__ import annotations

import dataclasses
import re
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from litestar import MediaType, Request, Response

from app import clock, templating
from app.meters import METERS
from app.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.access.notices_in_force import Banner

SERVICE_NAME = "Register early career teachers"
SUPPORT_EMAIL = "support@register.example"
UNPROCESSABLE = 422
FIELD = re.compile(r"[a-z_]{1,40}")
FULL, PARTIAL = "layouts/full.html", "layouts/partial.html"


@dataclass(frozen=True)
class Link:
    """A link of the navigation or the footer; the key tells which one is active."""

    text: str
    href: str
    key: str = ""


NAVIGATION = (
    Link("Home", "/school/home", "home"),
    Link("ECTs", "/school/ects", "ects"),
    Link("Mentors", "/school/mentors", "mentors"),
    Link("Partnerships", "/school/partnerships", "partnerships"),
    Link("Induction tutor", "/school/induction-tutor", "induction-tutor"),
)
CONSOLE_NAVIGATION = (
    Link("People", "/admin/people", "people"),
    Link("Schools", "/admin/schools", "schools"),
    Link("Queues", "/admin/queues", "queues"),
    Link("Explainer", "/admin/explain", "explain"),
    Link("Statistics", "/admin/statistics", "statistics"),
    Link("Jobs", "/admin/jobs", "jobs"),
)
FOOTER = (
    Link("Support", "/support"),
    Link("Feedback", "/feedback"),
    Link("Guidance", "/guidance"),
    Link("Privacy", "/privacy"),
    Link("Cookies", "/cookies"),
    Link("Accessibility", "/accessibility"),
)
SCHOOL_FOOTER = (
    Link("Who has access", "/school/access"),
    Link("Support", "/school/support"),
    Link("Feedback", "/feedback"),
    Link("Guidance", "/school/guidance"),
    *FOOTER[3:],
)


@dataclass(frozen=True)
class Acting:
    """The school that staff act for, until when, and until when they may make changes for it (ADM-7)."""

    school_name: str
    urn: str
    until: datetime
    elevated_until: datetime | None


@dataclass(frozen=True)
class Chrome:
    """Everything the layout shows around a page (G-12, G-13); put in `request.state.chrome` by the middleware."""

    service_name: str = SERVICE_NAME
    brand: str = "generic"
    csrf_token: str = ""
    school_mark: str = ""
    signed_in: bool = False
    user_name: str = ""
    school_name: str = ""
    several_schools: bool = False
    unread_notices: int = 0
    show_navigation: bool = False
    """False for visitors and while the induction tutor gate stands (G-12)."""
    active_nav: str = ""
    """A key of the navigation: home, ects, mentors, partnerships, induction-tutor."""
    navigation: tuple[Link, ...] = NAVIGATION
    footer: tuple[Link, ...] = FOOTER
    support_email: str = SUPPORT_EMAIL
    closed_window: str = ""
    """The message of the closed window (PRM-04)."""
    service_banner: Banner | None = None
    """What staff tell whoever looks (ADM-10.1)."""
    clock: datetime | None = None
    """The time in use when it is not the machine's (GEN-01)."""
    test_sign_in: bool = False
    read_only: bool = False
    """The page's buttons are shown, but not to be pressed (ADM-7.4)."""
    acting: Acting | None = None
    """What staff acting for a school are told on every page (ADM-7.2)."""
    session_ends_at: datetime | None = None
    """When the session ends if nothing more is asked: the idle limit or the absolute one, whichever is first."""
    session_absolute_ends_at: datetime | None = None

    @property
    def home(self) -> str:
        """Return where the name of the service leads."""
        if self.navigation is CONSOLE_NAVIGATION:
            return "/admin"
        return "/school/home" if self.show_navigation else "/"

    @property
    def seconds_left(self) -> int | None:
        """Return the whole seconds until the session ends unless it is used again."""
        return _seconds_until(self.session_ends_at)

    @property
    def seconds_left_at_most(self) -> int | None:
        """Return the whole seconds until the session ends whatever is done."""
        return _seconds_until(self.session_absolute_ends_at)


def page(
    request: Request[Any, Any, Any],
    template: str,
    context: object = None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response[str]:
    """Answer a page; the fields of the context, a frozen dataclass, are the template's variables.

    The template extends `layout`, sets `heading` (its h1) and may set the names of
    `templating.PAGE_DEFAULTS`; `chrome`, `path` (with its query) and `status` are always there.
    Whoever answers a form with errors gives status 422 and `errors` (field name to message).
    """
    chrome = chrome_of(request)
    partial = wants_partial(request)
    variables = {
        **fields_of(context),
        "chrome": chrome,
        "layout": PARTIAL if partial else FULL,
        "path": path_of(request),
        "status": status,
    }
    answer_headers = {"Vary": "HX-Request", **(headers or {})}
    if chrome.signed_in:
        answer_headers.setdefault("Cache-Control", "no-store")
    if status == UNPROCESSABLE:
        answer_headers["HX-Push-Url"] = "false"
        _count_wrong_fields(variables.get("errors"))
    with templating.read_only() if chrome.read_only else nullcontext():
        content = templating.render(template, variables)
    return Response(content, status_code=status, headers=answer_headers, media_type=MediaType.HTML)


def _count_wrong_fields(errors: object) -> None:
    """Count each field by its name, which is a word of ours unless a form made it of ids (OPS-4)."""
    for name in errors if isinstance(errors, dict) else ():
        METERS.note("invalid_fields_total", "field", name if FIELD.fullmatch(name) else "other")


def redirect(request: Request[Any, Any, Any], path: str) -> Response[str]:
    """Answer 303 to another page; to another origin, asked by HTMX, 204 with `HX-Redirect` (HTX-7).

    The caller has made sure that the target may be gone to (ACC-17.4).
    """
    if is_htmx(request) and leaves_origin(path):
        return reload_at(path)
    return Response("", status_code=303, headers={"Location": in_header(path), "Vary": "HX-Request"})


def full_load(request: Request[Any, Any, Any], path: str) -> Response[str]:
    """Answer a redirect that HTMX must follow by loading the whole page, as to sign-in (HTX-7, ACC-9.5)."""
    if is_htmx(request):
        return reload_at(path)
    return redirect(request, path)


def reload_at(path: str) -> Response[str]:
    """Tell HTMX to load the address in full."""
    return Response("", status_code=204, headers={"HX-Redirect": in_header(path), "Vary": "HX-Request"})


def in_header(path: str) -> str:
    """Return an address with everything escaped that no header can hold; what is escaped already stays."""
    return quote(path, safe="%/:?#[]@!$&'()*+,;=~|")


def leaves_origin(path: str) -> bool:
    """Tell whether the target has an origin other than that of the service."""
    own, target = urlsplit(settings().base_url), urlsplit(path)
    return bool(target.netloc) and (target.scheme or own.scheme, target.netloc) != (own.scheme, own.netloc)


def is_htmx(request: Request[Any, Any, Any]) -> bool:
    """Tell whether HTMX sent the request."""
    return request.headers.get("hx-request") == "true"


def wants_partial(request: Request[Any, Any, Any]) -> bool:
    """Tell whether the partial is the answer: to HTMX, but not when it restores history (HTX-5)."""
    return is_htmx(request) and request.headers.get("hx-history-restore-request") != "true"


def chrome_of(request: Request[Any, Any, Any]) -> Chrome:
    """Return what the middleware put in the request's state, else what every visitor sees."""
    chrome: Chrome | Callable[[], Chrome] | None = request.scope["state"].get("chrome")
    if callable(chrome):
        chrome = request.scope["state"]["chrome"] = chrome()
    return chrome or Chrome(brand=settings().brand, clock=clock.now() if clock.is_moved() else None)


def path_of(request: Request[Any, Any, Any]) -> str:
    """Return the path asked for, with its query: where a page's own form posts to."""
    path, query = request.scope["path"], request.scope["query_string"].decode()  # the framework's `url` costs a parse
    return f"{path}?{query}" if query else path


def fields_of(context: object) -> dict[str, object]:
    """Return the fields of a dataclass by name, not copied; of None, none."""
    if context is None:
        return {}
    if not dataclasses.is_dataclass(context) or isinstance(context, type):
        raise TypeError("a page's context is a frozen dataclass")
    return {field.name: getattr(context, field.name) for field in dataclasses.fields(context)}


def _seconds_until(moment: datetime | None) -> int | None:
    return None if moment is None else max(0, int((moment - clock.now()).total_seconds()))
