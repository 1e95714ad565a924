"""Why somebody cannot sign in for a school: the checks of the ways in, in their order (ADM-4.5). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.access.email_link import may_gain_access
from app.access.rules import has_accepted_privacy_notice
from app.access.sign_in import DFE_SIGN_IN, EMAIL_LINK, METHODS
from app.console.findings import Check, Finding, Note, Passed, Skipped, Stop, run_checks
from app.console.school_levels import level_found
from app.notices.titles import titled
from app.registration.people.statuses import LONDON
from app.registration.registering.start_dates import day_in_words
from app.terms import UserId

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.schools.rules import SchoolAccess

MAIL_SINCE = timedelta(hours=24)
NOT_LINKED = "“Your account is not linked to a school”"


@dataclass(frozen=True)
class KnownUser:
    """Somebody of a school by their address."""

    id: UserId
    name: str
    active: bool
    privacy_version: str | None
    methods: tuple[str, ...]


@dataclass(frozen=True)
class AccessHeld:
    """An access of theirs to the school."""

    source: str
    ended_at: datetime | None
    end_reason: str | None
    role_checked_at: datetime | None
    role_tried_at: datetime | None


@dataclass(frozen=True)
class Outcome:
    """One sign-in at the school, good or refused; never what was typed."""

    what: str
    at: datetime


@dataclass(frozen=True)
class MailTried:
    """One mail to the address."""

    message_id: str
    state: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SignInFacts:
    """Everything that decides whether somebody gets in for a school.

    on: the methods for schools that are on; paused: of those, the message of staff for each that is paused.
    """

    on: frozenset[str]
    paused: Mapping[str, str]
    email_link_schools: str
    email_link_override: str | None
    school_uses_dfe: bool
    user: KnownUser | None
    accesses: tuple[AccessHeld, ...]
    level: SchoolAccess
    sessions: int
    outcomes: tuple[Outcome, ...]
    mails: tuple[MailTried, ...]

    @property
    def open(self) -> tuple[AccessHeld, ...]:
        """Accesses that have not ended."""
        return tuple(access for access in self.accesses if access.ended_at is None)


def explain_signing_in(facts: SignInFacts) -> tuple[Check, ...]:
    """Run every check in the order in which somebody meets them (ADM-4.5)."""
    return run_checks(CHECKS, facts)


WAYS = {method.id: method.name for method in METHODS if method.audience == "school"}


def _methods(facts: SignInFacts) -> Finding:
    usable = [name for method, name in WAYS.items() if method in facts.on and method not in facts.paused]
    paused = [WAYS[method] for method in facts.paused if method in facts.on and method in WAYS]
    said = f". Paused: {', '.join(paused)}" if paused else ""
    if usable or "personas" in facts.on:
        ways = usable + ["test sign-in"] * ("personas" in facts.on)
        return Passed(f"On: {', '.join(ways)}{said}")
    return Stop(
        f"No way to sign in is open to schools{said}",
        "the message about the pause" if paused else "no way to sign in",
        "Wait, or end the pause",
    )


def _identity(facts: SignInFacts) -> Finding:
    if facts.user is None:
        return Stop(
            "Nobody of a school has used this address here",
            "an email that says that the address is not known, or DfE Sign-in’s own refusal",
            "With DfE Sign-in the school’s approver gives them this service. By email the school names them (FIX-20)",
        )
    ways = ", ".join(WAYS.get(method, "test sign-in") for method in facts.user.methods)
    return Passed(f"{facts.user.name} is known" + (f" by: {ways}" if ways else ", and has not signed in yet"))


def _access(facts: SignInFacts) -> Finding:
    if facts.open:
        return Passed(f"Open by: {', '.join(WAYS.get(one.source, 'test sign-in') for one in facts.open)}")
    if facts.accesses:
        last = facts.accesses[0]
        why = f" ({last.end_reason.replace('_', ' ')})" if last.end_reason else ""
        found = f"Their access to this school ended{_when(last.ended_at)}{why}"
    else:
        found = "They have never had access to this school"
    by_link = may_gain_access(
        facts.email_link_schools, facts.email_link_override, has_dfe_sign_in=facts.school_uses_dfe
    )
    to_do = "Give them access (FIX-20)" if by_link else "The school’s approver gives them this service at DfE Sign-in"
    return Stop(found, NOT_LINKED, to_do)


def _active(facts: SignInFacts) -> Finding:
    if facts.user is None:
        return Skipped("Nobody is known by this address")
    if facts.user.active:
        return Passed("The account is active")
    return Stop("The account is not active", NOT_LINKED, "Give them access again (FIX-20)")


def _role(facts: SignInFacts) -> Finding:
    checked = [one for one in facts.accesses if one.source == DFE_SIGN_IN and one.role_checked_at]
    if not checked:
        return Skipped("No access of theirs rests on a role at DfE Sign-in")
    last = checked[0]
    if last.end_reason == "role_withdrawn":
        return Stop(
            f"DfE Sign-in says that they do not have the role any more{_when(last.ended_at)}",
            NOT_LINKED,
            "The school’s approver gives them this service at DfE Sign-in",
        )
    asked = f"The role was confirmed{_when(last.role_checked_at)}"
    if last.role_tried_at is not None:
        return Note(f"{asked}. DfE Sign-in did not answer{_when(last.role_tried_at)}")
    return Passed(asked)


def _level(facts: SignInFacts) -> Finding:
    return level_found(facts.level, "“Your school cannot use this service”")


def _privacy(facts: SignInFacts) -> Finding:
    if facts.user is None:
        return Skipped("Nobody is known by this address")
    if has_accepted_privacy_notice(facts.user.privacy_version):
        return Passed(f"They accepted version {facts.user.privacy_version} of the privacy notice")
    return Note("They have not accepted the privacy notice in force, and are shown it first")


def _sessions(facts: SignInFacts) -> Finding:
    if facts.user is None:
        return Skipped("Nobody is known by this address")
    return Note(f"{facts.sessions} open now" if facts.sessions else "None is open now")


def _outcomes(facts: SignInFacts) -> Finding:
    if not facts.outcomes:
        return Note("Nobody has tried for this school")
    return Note("; ".join(f"{one.what} {_moment(one.at)}" for one in facts.outcomes))


def _mails(facts: SignInFacts) -> Finding:
    if not facts.mails:
        return Note("None in the last 24 hours")
    said = "; ".join(f"{titled(one.message_id)} {one.state.replace('_', ' ')} {_moment(one.at)}" for one in facts.mails)
    by_mail_only = bool(facts.open) and all(one.source == EMAIL_LINK for one in facts.open)
    if facts.mails[0].state in {"bounced", "suppressed"} and by_mail_only:
        return Stop(
            f"Mail to this address does not arrive: {said}",
            "no email, though the page says that one was sent",
            "The school corrects the address, or someone else there gives them access again",
        )
    return Note(said)


def _when(moment: datetime | None) -> str:
    return f" {_moment(moment)}" if moment else ""


def _moment(moment: datetime) -> str:
    there = moment.astimezone(LONDON)
    return f"on {day_in_words(there.date())} at {there:%H:%M}"


CHECKS: dict[str, Callable[[SignInFacts], Finding]] = {
    "Ways to sign in": _methods,
    "Known": _identity,
    "Access to the school": _access,
    "Account": _active,
    "Role at DfE Sign-in": _role,
    "What the school may do": _level,
    "Privacy notice": _privacy,
    "Sessions": _sessions,
    "Sign-ins at the school": _outcomes,
    "Mail to the address": _mails,
}
"""The checks of ADM-4.5."""
REPLIES = {
    "Ways to sign in": "Signing in is paused at the moment. The sign-in page says more.",
    "Known": "Nobody uses this address with us. Please check it, or ask your school to give you access.",
    "Access to the school": "You do not have access to this school at the moment. A colleague with access can help.",
    "Account": "Your account is not active. We are looking into it.",
    "Role at DfE Sign-in": "Your school’s approver at DfE Sign-in has to give you this service.",
    "What the school may do": "This follows from what the national register of schools says about your school.",
    "Mail to the address": "Our emails to this address come back. Please check it with whoever runs your mail.",
}
"""What helps whoever asks, by the check that stops them (ADM-4.6)."""
