"""Staff accounts: the list, one account with what its owner did, and every change to it (ADM-11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.access.add_staff import AddStaff, add_staff
from app.access.change_staff import ChangeStaff, change_staff
from app.access.deactivate_staff import DeactivateStaff, deactivate_staff
from app.access.end_sessions import end_sessions
from app.access.reactivate_staff import ReactivateStaff, reactivate_staff
from app.access.refuse_self_change import refuse_self_change
from app.access.staff_accounts import StaffAccount, every_account, staff_member
from app.access.staff_rules import STAFF_ROLES
from app.access.unlock_staff import UnlockStaff, unlock_staff
from app.console.timeline import Whose
from app.events.record import About
from app.values import parse_both, parse_choices, parse_email, parse_name
from app.web.console import fixes, timelines
from app.web.console.asking import address, paged, staff_of
from app.web.console.done import done_here
from app.web.console.fixes import Field, Fix, Target, by_slug, without_day
from app.web.console.home import ROLES
from app.web.console.offers import offered_below
from app.web.errors import error_page
from app.web.forms import known_id, read_query
from app.web.page import page
from app.web.policies import staff_page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.terms import Actor
    from app.values import Form
    from app.web.console.done import Notification
    from app.web.console.timelines import TimelineView

PATH = "/admin/staff"
ALL_MAY_LOOK = "Every account may also look at everything."
GIVEN = {role: words for role, words in ROLES.items() if role != STAFF_ROLES[0]}
NAME, EMAIL = Field("name", "Full name", "name"), Field("email", "Work email address", "email")
WHAT_FOR = Field("roles", "What is the account for?", "checkboxes", hint=ALL_MAY_LOOK)


@dataclass(frozen=True)
class StaffPage:
    """One page of the accounts."""

    accounts: tuple[StaffAccount, ...]
    total: int
    page_number: int
    pages: int
    page_href: str
    notification: Notification | None


@dataclass(frozen=True)
class AccountPage:
    """One account, what may be done about it, and what its owner did."""

    account: StaffAccount
    rights: tuple[str, ...]
    own: bool
    fixes: tuple[tuple[str, str], ...]
    view: TimelineView
    notification: Notification | None


def _roles(form: Form) -> tuple[str, ...]:
    return parse_choices(form, "roles", list(GIVEN)) if form.get("roles", "").strip() else ()


def _added(form: Form, _account: StaffAccount | None) -> AddStaff:
    (name, email), roles = parse_both(
        lambda: parse_both(lambda: parse_name(form, "name", "full name"), lambda: parse_email(form)),
        lambda: _roles(form),
    )
    return AddStaff(email, name, roles)


async def _end_sessions(command: StaffAccount, actor: Actor, _today: date) -> None:
    await end_sessions(command.id, actor)


def _held(account: StaffAccount) -> Mapping[str, str]:
    return {"name": account.name, "roles": "\n".join(account.roles)}


def _only_active(account: StaffAccount) -> str:
    return "" if account.active else "The account is not active."


ADD: Fix[None, AddStaff] = Fix(
    "",
    "add",
    "Add a staff account",
    parse=_added,
    run=without_day(add_staff),
    choices=lambda _: {"roles": GIVEN},
    fields=(NAME, EMAIL, WHAT_FOR),
    may_hold=False,
)
FIXES: Mapping[str, Fix[StaffAccount, Any]] = by_slug(
    Fix(
        "",
        "name",
        "Change the name",
        initial=_held,
        parse=lambda form, account: ChangeStaff(
            account.public_id, parse_name(form, "name", "full name"), account.roles
        ),
        run=without_day(change_staff),
        fields=(NAME,),
    ),
    Fix(
        "",
        "roles",
        "Change the roles",
        possible=_only_active,
        initial=_held,
        parse=lambda form, account: ChangeStaff(account.public_id, account.name, _roles(form)),
        run=without_day(change_staff),
        choices=lambda _: {"roles": GIVEN},
        fields=(WHAT_FOR,),
        may_hold=False,
    ),
    Fix(
        "",
        "deactivate",
        "Deactivate the account",
        possible=_only_active,
        parse=lambda _, account: DeactivateStaff(account.public_id),
        run=without_day(deactivate_staff),
    ),
    Fix(
        "",
        "reactivate",
        "Make the account active again",
        possible=lambda account: "The account is active." if account.active else "",
        parse=lambda _, account: ReactivateStaff(account.public_id),
        run=without_day(reactivate_staff),
    ),
    Fix(
        "",
        "unlock",
        "Unlock the account",
        possible=lambda account: "" if account.locked_at else "The account is not locked.",
        parse=lambda _, account: UnlockStaff(account.public_id),
        run=without_day(unlock_staff),
    ),
    Fix(
        "",
        "end-sessions",
        "Sign them out everywhere",
        parse=lambda _, account: account,
        run=_end_sessions,
    ),
)
ALSO_FOR_ONESELF = frozenset({"name", "end-sessions"})


@get(PATH, opt=staff_page("manager", nav="staff"))
async def overview(request: Request[Any, Any, Any]) -> Response[str]:
    """List every account, active or not (ADM-11.1, ADM-1.7)."""
    query, every = read_query(request), await every_account()
    shown, number, pages = paged(every, query)
    href, done = address(PATH, query, ("size",)), done_here(request)
    return page(request, "console/staff.html", StaffPage(shown, len(every), number, pages, href, done))


@get(f"{PATH}/new", opt=staff_page("manager", nav="staff"))
async def new(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the form of a new account."""
    return await fixes.show(request, ADD, _NEW)


@post(f"{PATH}/new", opt=staff_page("manager", nav="staff"), status_code=200)
async def add(request: Request[Any, Any, Any]) -> Response[str]:
    """Check a new account, or make it once it is confirmed."""
    return await fixes.submit(request, ADD, _NEW)


@get(f"{PATH}/{{account_id:str}}", opt=staff_page("manager", nav="staff"))
async def show(request: Request[Any, Any, Any], account_id: FromPath[str]) -> Response[str]:
    """Show an account and what its owner did, 50 entries a page (ADM-11.6)."""
    account = await _account(account_id)
    own = account.id == staff_of(request).id
    path = f"{PATH}/{account.public_id}"
    allowed = {slug: fix for slug, fix in FIXES.items() if not own or slug in ALSO_FOR_ONESELF}
    shown = AccountPage(
        account,
        tuple(words for role, words in ROLES.items() if role in account.roles),
        own,
        offered_below(request, "manager", allowed, account, f"{path}/fixes"),
        await timelines.view(request, Whose(author_id=account.id), path),
        done_here(request),
    )
    return page(request, "console/staff-account.html", shown)


@get(f"{PATH}/{{account_id:str}}/fixes/{{fix:str}}", opt=staff_page("manager", nav="staff"))
async def show_fix(request: Request[Any, Any, Any], account_id: FromPath[str], fix: FromPath[str]) -> Response[str]:
    """Show the form of a change; there is none for one's own account (ADM-11.2)."""
    found, account = fixes.find(FIXES, fix), await _account(account_id)
    if account.id == staff_of(request).id and found.slug not in ALSO_FOR_ONESELF:
        return error_page(request, 403)
    return await fixes.show(request, found, _target(account))


@post(f"{PATH}/{{account_id:str}}/fixes/{{fix:str}}", opt=staff_page("manager", nav="staff"), status_code=200)
async def submit_fix(request: Request[Any, Any, Any], account_id: FromPath[str], fix: FromPath[str]) -> Response[str]:
    """Check a change, or make it once it is confirmed; one's own account is refused and noted (ADM-11.2)."""
    found, account, staff = fixes.find(FIXES, fix), await _account(account_id), staff_of(request)
    if account.id == staff.id and found.slug not in ALSO_FOR_ONESELF:
        await refuse_self_change(account, found.slug, staff.actor)
        return error_page(request, 403)
    return await fixes.submit(request, found, _target(account))


async def _account(account_id: str) -> StaffAccount:
    account = await staff_member(known_id(account_id))
    if account is None:
        raise NotFoundException
    return account


def _target(account: StaffAccount) -> Target[StaffAccount]:
    whose = Whose(facts={"account": account.id})
    return Target(account, account.name, f"{PATH}/{account.public_id}", About(), whose)


_NEW: Target[None] = Target(None, "Staff accounts", PATH, About(), Whose(), f"{PATH}/new")
HANDLERS = [overview, new, add, show, show_fix, submit_fix]
