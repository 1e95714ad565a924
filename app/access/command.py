"""The commands `register staff …`, for operators: accounts of support when no page can help (ADM-11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

from app import clock
from app.access.add_staff import AddStaff, add_staff
from app.access.deactivate_staff import DeactivateStaff, deactivate_staff
from app.access.end_sessions import end_sessions
from app.access.issue_staff_code import IssueStaffCode, issue_staff_code
from app.access.make_manager import MakeManager, make_manager
from app.access.staff_accounts import no_account, staff_of
from app.access.staff_rules import STAFF_ROLES
from app.access.unlock_staff import UnlockStaff, unlock_staff
from app.db.console import NOW, Exit, run_on_database, stop
from app.terms import Actor, ActorKind, Refused
from app.values import Invalid, parse_both, parse_email, parse_name, parse_text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

T = TypeVar("T")
OPERATOR = Actor(ActorKind.OPERATOR, "An operator")
AGAINST_A_SAFETY_RULE = {"last_manager", "locked", "inactive"}
LONGEST_REASON = 2_000


@click.group("staff")
def staff() -> None:
    """Look after the accounts of support."""


def _reason(_context: click.Context, _option: click.Parameter, value: str) -> str:
    try:
        return parse_text({"reason": value}, "reason", what="reason", limit=LONGEST_REASON)
    except Invalid as invalid:
        stop(Exit.INPUT_HAS_ERRORS, *(f"--reason: {message}" for message in invalid.errors.values()))


def _roles(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    roles = tuple(role.strip() for value in values for role in value.split(",") if role.strip())
    if set(roles) - set(STAFF_ROLES):
        stop(Exit.INPUT_HAS_ERRORS, f"--role: roles are {', '.join(STAFF_ROLES)}")
    return roles


EMAIL = click.argument("email")
NAME = click.option("--name", required=True)
REASON = click.option("--reason", required=True, callback=_reason, help="for the audit trail")


@staff.command("add-manager")
@EMAIL
@NAME
@REASON
@NOW
def add_manager(email: str, name: str, reason: str, now: datetime | None) -> None:
    """Make somebody a manager, with an account if they have none."""
    person = _person(email, name)
    changed = _run(now, lambda: make_manager(MakeManager(*person, reason), OPERATOR))
    click.echo(f"{email} is a manager." if changed else f"{email} is a manager already. Nothing to do.")


@staff.command("add")
@EMAIL
@NAME
@click.option("--role", "roles", multiple=True, required=True, callback=_roles, metavar="ROLE", help="once for each")
@NOW
def add(email: str, name: str, roles: tuple[str, ...], now: datetime | None) -> None:
    """Make an account with roles; it always has the role viewer."""
    person = _person(email, name)
    _run(now, lambda: add_staff(AddStaff(*person, roles), OPERATOR))
    click.echo(f"{email} has an account.")


@staff.command("issue-code")
@EMAIL
@REASON
@NOW
def issue_code(email: str, reason: str, now: datetime | None) -> None:
    """Show a code to sign in with, valid 10 minutes, for when mail is down; it is on the last line."""
    made = _run(now, lambda: issue_staff_code(IssueStaffCode(email, reason), OPERATOR))
    click.echo("Valid 10 minutes, once. Type the address at /staff/sign-in, then:", err=True)
    click.echo(made.code)


@staff.command("unlock")
@EMAIL
@REASON
@NOW
def unlock(email: str, reason: str, now: datetime | None) -> None:
    """Let an account take codes again that too many wrong ones have locked."""
    unlocked = _run(now, lambda: unlock_staff(UnlockStaff(email, reason), OPERATOR))
    click.echo("The account is unlocked." if unlocked else "The account is not locked. Nothing to do.")


@staff.command("deactivate")
@EMAIL
@REASON
@NOW
def deactivate(email: str, reason: str, now: datetime | None) -> None:
    """End somebody's work for support."""
    ended = _run(now, lambda: deactivate_staff(DeactivateStaff(email, reason), OPERATOR))
    click.echo("The account is deactivated." if ended else "The account is not active. Nothing to do.")


@staff.command("end-sessions")
@EMAIL
@NOW
def end_all_sessions(email: str, now: datetime | None) -> None:
    """Sign somebody of support out of every browser."""
    click.echo(f"Sessions ended: {_run(now, lambda: _end_sessions(email))}")


async def _end_sessions(email: str) -> int:
    people = await staff_of(email)
    if not people:
        raise no_account()
    return sum([await end_sessions(person, OPERATOR) for person in people])


def _person(email: str, name: str) -> tuple[str, str]:
    form = {"email": email, "name": name}
    try:
        return parse_both(lambda: parse_email(form), lambda: parse_name(form, "name", "name"))
    except Invalid as invalid:
        stop(Exit.INPUT_HAS_ERRORS, *invalid.errors.values())


def _run(now: datetime | None, work: Callable[[], Awaitable[T]]) -> T:
    async def at_its_time() -> T:
        with clock.at(now):
            return await work()

    try:
        return run_on_database(at_its_time)
    except Refused as refused:
        code = Exit.REFUSED if refused.code in AGAINST_A_SAFETY_RULE else Exit.INPUT_HAS_ERRORS
        stop(code, f"{refused.message}.")
