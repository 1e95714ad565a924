"""API tokens of lead providers: the list, one token with its use, and making, replacing and ending them (ADM-10.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app import clock
from app.access.api_tokens import (
    LONGEST_DAYS,
    LONGEST_OVERLAP,
    USUAL_DAYS,
    Day,
    Provider,
    Scope,
    Token,
    days_of,
    token_providers,
    tokens,
)
from app.access.create_api_token import CreateAPIToken, MadeToken, create_api_token
from app.access.revoke_api_token import RevokeAPIToken, revoke_api_token
from app.access.rotate_api_token import RotateAPIToken, rotate_api_token
from app.console.timeline import Whose
from app.events.record import About
from app.values import Invalid, parse_both, parse_choice, parse_text
from app.web.console import fixes
from app.web.console.asking import address, may, paged
from app.web.console.done import done_here
from app.web.console.fixes import Field, Fix, Target, by_slug, without_day
from app.web.console.offers import offered_below
from app.web.forms import known_id, read_query
from app.web.page import page
from app.web.policies import staff_page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.values import Form
    from app.web.console.done import Notification

PATH = "/admin/api-tokens"
LONGEST_NAME = 100
SCOPES = {Scope.READ_AND_WRITE.value: "Read and change", Scope.READ.value: "Read only"}
DAYS, NEVER = "days", "never"
ENDS = {DAYS: "After some days", NEVER: "It does not expire"}
EXPIRY = (
    Field("expires", "When does it expire?", "radios"),
    Field("expires_in_days", "Days until it expires", hint=f"1 to {LONGEST_DAYS}, if it expires", width="4"),
)
SHOWN_ONCE = (
    "The token was made, and shown once in the first answer. If nobody noted it, open it in the list and make the "
    "token that takes its place"
)
"""What somebody is told who confirms the same form twice."""
PROPOSED = {"expires": DAYS, "expires_in_days": str(USUAL_DAYS)}


@dataclass(frozen=True)
class TokensPage:
    """One page of the tokens; what is not valid any more comes last."""

    tokens: tuple[Token, ...]
    now: datetime
    total: int
    page_number: int
    pages: int
    page_href: str
    may_change: bool
    notification: Notification | None


@dataclass(frozen=True)
class TokenPage:
    """One token, how it was used, and what may be done about it."""

    token: Token
    now: datetime
    scope: str
    days: tuple[Day, ...]
    fixes: tuple[tuple[str, str], ...]
    notification: Notification | None


@dataclass(frozen=True)
class MadePage:
    """A token that was just made, shown this once (API-3.2)."""

    made: MadeToken


@dataclass(frozen=True)
class Wanted:
    """What a new token can be for, and those there are."""

    providers: tuple[Provider, ...]
    tokens: tuple[Token, ...]


def _expiry(form: Form) -> int | None:
    if parse_choice(form, "expires", list(ENDS), "Select when it expires") == NEVER:
        return None
    return _days(form, "expires_in_days", 1, LONGEST_DAYS)


def _days(form: Form, field: str, least: int, most: int) -> int:
    typed = form.get(field, "").strip()
    if not typed.isascii() or not typed.isdigit() or len(typed) > len(str(most)) or not least <= int(typed) <= most:
        raise Invalid({field: f"Enter a number of days from {least} to {most}"})
    return int(typed)


def _create(form: Form, wanted: Wanted) -> CreateAPIToken:
    by_id = {str(provider.public_id): provider for provider in wanted.providers}
    (provider, name), (scope, days) = parse_both(
        lambda: parse_both(
            lambda: parse_choice(form, "lead_provider", list(by_id), "Select a lead provider"),
            lambda: parse_text(form, "description", what="name", limit=LONGEST_NAME),
        ),
        lambda: parse_both(
            lambda: parse_choice(form, "scope", list(SCOPES), "Select what it may do"),
            lambda: _expiry(form),
        ),
    )
    chosen, now = by_id[provider], clock.machine_now()
    alike = (token for token in wanted.tokens if token.lead_provider == chosen.name and not token.has_ended(now))
    if any(token.description.casefold() == name.casefold() for token in alike):
        raise Invalid(description=f"{chosen.name} has a token of this name already")
    return CreateAPIToken(chosen.id, name, Scope(scope), days)


def _rotate(form: Form, token: Token) -> RotateAPIToken:
    overlap, days = parse_both(lambda: _days(form, "overlap_days", 0, LONGEST_OVERLAP), lambda: _expiry(form))
    return RotateAPIToken(token.public_id, overlap, days)


def _made(request: Request[Any, Any, Any], made: MadeToken) -> Response[str]:
    return page(request, "console/token-made.html", MadePage(made))


def _why_not_rotated(token: Token) -> str:
    if token.revoked_at is not None and not token.has_ended(clock.machine_now()):
        return "Another token takes its place already."
    return _why_not_revoked(token)


def _why_not_revoked(token: Token) -> str:
    return "The token has ended." if token.has_ended(clock.machine_now()) else ""


CREATE: Fix[Wanted, CreateAPIToken] = Fix(
    "",
    "create",
    "Add an API token",
    possible=lambda wanted: "" if wanted.providers else "There is no lead provider.",
    initial=lambda _: {**PROPOSED, "scope": Scope.READ_AND_WRITE.value},
    parse=_create,
    run=without_day(create_api_token),
    choices=lambda wanted: {
        "lead_provider": {str(each.public_id): each.name for each in wanted.providers},
        "scope": SCOPES,
        "expires": ENDS,
    },
    fields=(
        Field("lead_provider", "Lead provider", "select"),
        Field("description", "Name", hint="What uses it, to tell tokens apart"),
        Field("scope", "What may it do?", "radios"),
        *EXPIRY,
    ),
    answer=_made,
    done=SHOWN_ONCE,
)
FIXES: Mapping[str, Fix[Token, Any]] = by_slug(
    Fix(
        "",
        "rotate",
        "Make the token that takes its place",
        possible=_why_not_rotated,
        initial=lambda _: {**PROPOSED, "overlap_days": str(LONGEST_OVERLAP)},
        parse=_rotate,
        run=without_day(rotate_api_token),
        choices=lambda _: {"expires": ENDS},
        fields=(
            Field(
                "overlap_days",
                "Days for which both work",
                hint=f"0 to {LONGEST_OVERLAP}. With 0 this token is refused at once",
                width="4",
            ),
            *EXPIRY,
        ),
        answer=_made,
        done=SHOWN_ONCE,
    ),
    Fix(
        "",
        "revoke",
        "Revoke the token",
        possible=_why_not_revoked,
        parse=lambda _, token: RevokeAPIToken(token.public_id),
        run=without_day(revoke_api_token),
    ),
)


@get(PATH, opt=staff_page(nav="api-tokens"))
async def overview(request: Request[Any, Any, Any]) -> Response[str]:
    """List every token, those that work first (ADM-10.3, ADM-1.7)."""
    query, now = read_query(request), clock.machine_now()
    every = sorted(await tokens(), key=lambda token: token.has_ended(now))
    shown, number, pages = paged(every, query)
    href, may_change = address(PATH, query, ("size",)), may(request, "data")
    listed = TokensPage(shown, now, len(every), number, pages, href, may_change, done_here(request))
    return page(request, "console/tokens.html", listed)


@get(f"{PATH}/new", opt=staff_page("data", nav="api-tokens"))
async def new(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the form of a new token."""
    return await fixes.show(request, CREATE, await _new())


@post(f"{PATH}/new", opt=staff_page("data", nav="api-tokens"), status_code=200)
async def create(request: Request[Any, Any, Any]) -> Response[str]:
    """Check a new token; once it is confirmed, make it and show it this once (API-3.2)."""
    return await fixes.submit(request, CREATE, await _new())


@get(f"{PATH}/{{token_id:str}}", opt=staff_page(nav="api-tokens"))
async def show(request: Request[Any, Any, Any], token_id: FromPath[str]) -> Response[str]:
    """Show a token with its calls and refusals of each day (API-3.6)."""
    token = await _token(token_id)
    path = f"{PATH}/{token.public_id}"
    offered = offered_below(request, "data", FIXES, token, f"{path}/fixes")
    shown = TokenPage(
        token,
        clock.machine_now(),
        SCOPES[token.scope.value],
        await days_of(token.public_id),
        offered,
        done_here(request),
    )
    return page(request, "console/token.html", shown)


@get(f"{PATH}/{{token_id:str}}/fixes/{{fix:str}}", opt=staff_page("data", nav="api-tokens"))
async def show_fix(request: Request[Any, Any, Any], token_id: FromPath[str], fix: FromPath[str]) -> Response[str]:
    """Show the form of a change."""
    return await fixes.show(request, fixes.find(FIXES, fix), _target(await _token(token_id)))


@post(f"{PATH}/{{token_id:str}}/fixes/{{fix:str}}", opt=staff_page("data", nav="api-tokens"), status_code=200)
async def submit_fix(request: Request[Any, Any, Any], token_id: FromPath[str], fix: FromPath[str]) -> Response[str]:
    """Check a change, or make it once it is confirmed."""
    return await fixes.submit(request, fixes.find(FIXES, fix), _target(await _token(token_id)))


async def _token(token_id: str) -> Token:
    wanted = known_id(token_id)
    for token in await tokens():
        if token.public_id == wanted:
            return token
    raise NotFoundException


def _target(token: Token) -> Target[Token]:
    whose = Whose(facts={"first_characters": token.first_characters})
    name = f"{token.lead_provider}, {token.first_characters}"
    return Target(token, name, f"{PATH}/{token.public_id}", About(), whose)


async def _new() -> Target[Wanted]:
    wanted = Wanted(await token_providers(), tuple(await tokens()))
    return Target(wanted, "API tokens", PATH, About(), Whose(), f"{PATH}/new")


HANDLERS = [overview, new, create, show, show_fix, submit_fix]
