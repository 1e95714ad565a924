"""What staff can put right about a registration: body, first and last day, removal (FIX-03, 05, 06, 11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.registration.changes.change_body_by_support import ChangeBodyBySupport, change_body_by_support
from app.registration.changes.correct_start_date import CorrectStartDate, correct_start_date
from app.registration.changes.move_training import person_to_move
from app.registration.leaving.amend_leaving import AmendLeaving, amend_leaving
from app.registration.leaving.cancel_leaving import CancelLeaving, cancel_leaving
from app.registration.leaving.remove_registration import RemoveRegistration, remove_registration
from app.registration.leaving.report_leaving import ReportLeaving, report_leaving
from app.registration.queries import appropriate_bodies
from app.registration.support_rights import BySupport
from app.terms import ECTAtSchoolId, RemovalReason
from app.values import Invalid, parse_both, parse_choice, parse_choices, parse_date
from app.web.console.fixes import Fix, NotPossible
from app.web.console.stay_fixes import as_ect, both, not_an_ect, not_registered, only_one, parse_stay, words_of
from app.web.console.training_fixes import filing_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.console.person_queries import PersonFile
    from app.policy import Policy
    from app.registration.registering.appropriate_bodies import AppropriateBody
    from app.terms import Actor
    from app.training.moves import Filing
    from app.values import Form
    from app.web.console.fixes import Circumstances

FOR_THE_RECORD = {"yes": "For the record: also a body that the school could not choose"}
LAST_DAY = {"set": "Their last day is the one below", "cancel": "They have no last day: they stay, or came back"}
AGREED = {"yes": "The lead provider or appropriate body agrees"}


@dataclass(frozen=True)
class Stays:
    """A person, with the settings that bound the days of their registrations."""

    person: PersonFile
    policy: Policy


async def _with_settings(person: PersonFile, circumstances: Circumstances) -> Stays:
    return Stays(person, circumstances.policy)


@dataclass(frozen=True)
class Bodies:
    """A person, with every appropriate body there is or was."""

    person: PersonFile
    bodies: tuple[AppropriateBody, ...]

    @property
    def choices(self) -> dict[str, str]:
        """The bodies by public id."""
        return {str(b.public_id): b.name for b in sorted(self.bodies, key=lambda body: body.name.casefold())}


async def _with_bodies(person: PersonFile, circumstances: Circumstances) -> Bodies:
    """Read the bodies; while one has recorded the induction, only that can be corrected (ABR-06)."""
    if any(induction.finished_on is None for induction in person.inductions):
        why = "an appropriate body has recorded their induction, and that counts. Correct what it has recorded first."
        raise NotPossible(why, circumstances.instead("induction", "Correct an induction period"))
    return Bodies(person, await appropriate_bodies())


def _parse_body(form: Form, facts: Bodies) -> ChangeBodyBySupport:
    stay, key = parse_both(
        lambda: parse_stay(form, as_ect(facts.person)),
        lambda: parse_choice(form, "appropriate_body", list(facts.choices), "Select an appropriate body"),
    )
    body = next(body for body in facts.bodies if str(body.public_id) == key)
    any_body = form.get("for_the_record") == "yes"
    return ChangeBodyBySupport(ECTAtSchoolId(stay.id), stay.school_id, stay.school_kind, body, any_body)


@dataclass(frozen=True)
class Filings:
    """A person, with where their training can be filed in other academic years (FIX-08)."""

    person: PersonFile
    filings: Mapping[str, Filing]

    @property
    def choices(self) -> dict[str, dict[str, str]]:
        """What can be chosen."""
        places = {value: filing_words(filing) for value, filing in self.filings.items()}
        return {"stay": words_of(both(self.person)), "filing": places}


async def _with_filings(person: PersonFile, circumstances: Circumstances) -> Filings:
    mover = await person_to_move(person.trn, circumstances.today)
    return Filings(person, {filing.value: filing for filings in mover.years().values() for filing in filings})


def _parse_start(form: Form, facts: Filings) -> CorrectStartDate:
    stay, day = parse_both(
        lambda: parse_stay(form, both(facts.person)), lambda: parse_date(form, "start_date", what="first day")
    )
    filing = None
    if form.get("filing"):
        filing = facts.filings[parse_choice(form, "filing", list(facts.filings), "Select where it is filed")]
    return CorrectStartDate(stay.role, facts.person.trn, stay.id, stay.school_id, day, filing)


@dataclass(frozen=True)
class _LastDay:
    command: ReportLeaving | AmendLeaving | CancelLeaving
    policy: Policy


def _parse_last_day(form: Form, facts: Stays) -> _LastDay:
    stay, act = parse_both(
        lambda: parse_stay(form, both(facts.person)),
        lambda: parse_choice(form, "leaving_action", list(LAST_DAY), "Select if they have a last day"),
    )
    support = BySupport(ticket=bool(form.get("ticket", "").strip()))
    which = (stay.role, facts.person.trn, stay.id, stay.school_id)
    if act == "cancel":
        if stay.finished_on is None:
            raise Invalid(leaving_action="They have no last day at this school, so there is none to cancel")
        return _LastDay(CancelLeaving(*which, support), facts.policy)
    day = parse_date(form, "leaving_date", what="last day")
    kind = ReportLeaving if stay.finished_on is None else AmendLeaving
    return _LastDay(kind(*which, day, support), facts.policy)


async def _set_last_day(asked: _LastDay, actor: Actor, today: date) -> None:
    match asked.command:
        case ReportLeaving():
            await report_leaving(asked.command, actor, today, asked.policy)
        case AmendLeaving():
            await amend_leaving(asked.command, actor, today, asked.policy)
        case CancelLeaving():
            await cancel_leaving(asked.command, actor, today)


@dataclass(frozen=True)
class _Removal:
    command: RemoveRegistration
    policy: Policy


def _parse_removal(form: Form, facts: Stays) -> _Removal:
    stay, agreed = parse_both(
        lambda: parse_stay(form, both(facts.person)), lambda: parse_choices(form, "agreed", list(AGREED))
    )
    support = BySupport(ticket=bool(form.get("ticket", "").strip()), agreed=bool(agreed))
    which = (stay.role, facts.person.trn, stay.id, stay.school_id)
    return _Removal(RemoveRegistration(*which, RemovalReason.SUPPORT, support), facts.policy)


async def _remove(asked: _Removal, actor: Actor, today: date) -> None:
    await remove_registration(asked.command, actor, today, asked.policy)


FIXES: tuple[Fix[PersonFile, Any], ...] = (
    Fix(
        "FIX-03",
        "appropriate-body",
        "Change the appropriate body",
        template="console/fixes/appropriate-body.html",
        possible=not_an_ect,
        initial=lambda facts: only_one(as_ect(facts.person)),
        parse=_parse_body,
        run=change_body_by_support,
        choices=lambda facts: {
            "stay": words_of(as_ect(facts.person)),
            "appropriate_body": facts.choices,
            "for_the_record": FOR_THE_RECORD,
        },
        load=_with_bodies,
        done="The appropriate body is changed",
        record_field="stay",
        records=as_ect,
    ),
    Fix(
        "FIX-05",
        "start-date",
        "Correct the first day",
        template="console/fixes/start-date.html",
        possible=not_registered,
        initial=lambda facts: only_one(both(facts.person)),
        parse=_parse_start,
        run=correct_start_date,
        choices=lambda facts: facts.choices,
        load=_with_filings,
        done="The first day is corrected",
        record_field="stay",
        records=both,
    ),
    Fix(
        "FIX-06",
        "last-day",
        "Record, change or cancel a last day",
        template="console/fixes/last-day.html",
        possible=not_registered,
        initial=lambda facts: only_one(both(facts.person)),
        parse=_parse_last_day,
        run=_set_last_day,
        choices=lambda facts: {"stay": words_of(both(facts.person)), "leaving_action": LAST_DAY},
        load=_with_settings,
        done="The last day is put right",
        record_field="stay",
        records=both,
    ),
    Fix(
        "FIX-11",
        "remove-registration",
        "Remove a registration made by mistake",
        template="console/fixes/remove-registration.html",
        possible=not_registered,
        initial=lambda facts: only_one(both(facts.person)),
        parse=_parse_removal,
        run=_remove,
        choices=lambda facts: {"stay": words_of(both(facts.person)), "agreed": AGREED},
        load=_with_settings,
        done="The registration is removed",
        record_field="stay",
        records=both,
    ),
)
