"""Reporting that an ECT or mentor leaves, and changing or cancelling that report (journeys section 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from app.journeys.engine import Ask, Option, Question, Row, Walk
from app.registration.leaving.amend_leaving import AmendLeaving, amend_leaving
from app.registration.leaving.cancel_leaving import CancelLeaving, cancel_leaving
from app.registration.leaving.last_days import LeavingBounds, Tense, leaving_bounds, left_without_mentor, tense
from app.registration.leaving.report_leaving import ReportLeaving, report_leaving
from app.registration.permissions import Action
from app.registration.registering.start_dates import day_in_words
from app.registration.reopen_stay import later_stay_from
from app.registration.rules import plan_close
from app.registration.whole_stay import WholeStay, whole_stay
from app.teachers.locks import lock_person
from app.terms import Role, StayEndReason
from app.values import Form, Invalid, out_of_bounds, parse_choice, parse_date
from app.web.journey import Journey, Refusal
from app.web.journey_pages import ConfirmationPage
from app.web.schools.subject_journeys import NotAllowed, SubjectJourney, about, handlers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.drafts.store import Draft
    from app.registration.subjects import Subject
    from app.web.session import Here

TEMPLATES = "journeys/leaving"
PREFIX = "leaving_date"
FIELDS = tuple(f"{PREFIX}_{part}" for part in ("day", "month", "year"))
CHANGE_DATE, CANCEL = "change_date", "cancel"
REGISTERED_LATER = "They are registered from a later day on, so this cannot be cancelled here. Contact support"
MEANWHILE = ("changed_meanwhile", "mentor_changed_meanwhile", "training_changed_meanwhile", "last_day_out_of_bounds")
COLLEAGUE = "A colleague changed this meanwhile. Check what is on record now"


@dataclass(frozen=True)
class LeavingFacts:
    """The stay with everything in it, and the last days that may be entered."""

    stay: WholeStay
    bounds: LeavingBounds
    today: date
    elsewhere_from: date | None = None


Command = ReportLeaving | AmendLeaving | CancelLeaving


async def load_facts(person: Subject, _draft: Draft, here: Here) -> LeavingFacts:
    """Read the stay afresh."""
    stay = await whole_stay(person.role, person.stay_id)
    later = await later_stay_from(stay) if stay.finished_on else None
    bounds = leaving_bounds(stay.started_on, stay.trainings, here.today, here.policy, later)
    return LeavingFacts(stay, bounds, here.today, later)


def parse_last_day(form: Form, bounds: LeavingBounds) -> date:
    """Return the last day typed, inside its bounds (PER-41); raises Invalid."""
    day = parse_date(form, PREFIX, what="last day")
    fault = bounds.fault(day)
    if fault:
        raise out_of_bounds(PREFIX, fault)
    return day


def parse_change(form: Form, facts: LeavingFacts) -> date | None:
    """Return the other last day, or None to cancel the report (LV-04); raises Invalid."""
    chosen = parse_choice(
        form, "leaving_action", [CHANGE_DATE, CANCEL], "Select if you want to change the date or cancel"
    )
    if chosen == CHANGE_DATE:
        return parse_last_day(form, facts.bounds)
    if facts.elsewhere_from is not None:
        raise Invalid(leaving_action=REGISTERED_LATER)
    return None


def report(ask: Ask, facts: LeavingFacts) -> Command:
    """Ask for the last day (LV-01)."""
    stay = facts.stay
    question: Question[date] = Question(
        Action.REPORT_LEAVING.value,
        f"What is {stay.name}’s last day at your school?",
        partial(parse_last_day, bounds=facts.bounds),
        FIELDS,
        template=f"{TEMPLATES}/report-leaving.html",
        details={"hints": facts.bounds.hints},
    )
    return ReportLeaving(stay.role, stay.trn, stay.id, stay.school_id, ask(question))


def change(ask: Ask, facts: LeavingFacts) -> Command:
    """Ask for another last day, or whether they stay (LV-04)."""
    stay, day = facts.stay, facts.stay.finished_on
    question: Question[date | None] = Question(
        Action.CHANGE_LEAVING.value,
        f"What has changed about {stay.name} leaving?",
        partial(parse_change, facts=facts),
        ("leaving_action", *FIELDS),
        template=f"{TEMPLATES}/change-leaving.html",
        options=(Option(CHANGE_DATE, "Their last day is another one"), Option(CANCEL, "They are not leaving")),
        initial=dict(zip(FIELDS, map(str, (day.day, day.month, day.year)), strict=True)) if day else {},
        details={"hints": facts.bounds.hints, "last_day": day_in_words(day) if day else ""},
        keep=lambda last_day: {} if last_day else dict.fromkeys(FIELDS, ""),
    )
    answer = ask(question)
    if answer is None:
        return CancelLeaving(stay.role, stay.trn, stay.id, stay.school_id)
    return AmendLeaving(stay.role, stay.trn, stay.id, stay.school_id, answer)


def rows(walked: Walk, facts: LeavingFacts) -> list[Row]:
    """Return who leaves when, what ends, and who is left without a mentor (LV-02)."""
    stay, command, slug = facts.stay, walked.command, walked.trail[-1].question.slug
    name = Row("name", "Name", stay.name)
    if isinstance(command, CancelLeaving):
        return [name, Row("last-day", "Last day", "None: they are not leaving", slug)]
    day = command.last_day
    found = [name, Row("last-day", "Last day", day_in_words(day), slug)]
    if ends := what_ends(stay, day):
        found.append(Row("ends", "What ends", "", lines=ends))
    if ects := without_mentor(stay, day):
        found.append(Row("ects", "ECTs who will need a mentor", "", links=ects))
    return found


def what_ends(stay: WholeStay, last_day: date) -> tuple[str, ...]:
    """Return what ends with the last day, and what never begins (PER-40)."""
    plan, day = plan_close(stay.trainings, stay.mentorships, last_day), day_in_words(last_day)
    finish = [row.words for row in plan.trainings.finish]
    cancel = [(row.words, row.started_on) for row in plan.trainings.cancel]
    if stay.role is Role.ECT:
        finish += [f"mentoring by {row.mentor.displayed}" for row in plan.mentorships.finish]
        cancel += [(f"mentoring by {row.mentor.displayed}", row.started_on) for row in plan.mentorships.cancel]
    ends = [f"{_capital(words)} ends on {day}" for words in finish]
    return (*ends, *(f"{_capital(words)} from {day_in_words(start)} does not begin" for words, start in cancel))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def without_mentor(stay: WholeStay, last_day: date) -> tuple[tuple[str, str], ...]:
    """Return the ECTs a mentor leaves without a mentor, from when, each with the journey that assigns one (LV-02)."""
    if stay.role is Role.ECT:
        return ()
    return tuple(
        (f"{row.ect.displayed}, from {day_in_words(day)}", f"/school/ects/{row.ect_public_id}/assign-mentor")
        for row, day in left_without_mentor(stay.mentorships, last_day, stay.finished_on)
    )


def notices(walked: Walk, facts: LeavingFacts, _here: Here) -> tuple[str, ...]:
    """Say in the right tense what will be recorded, and how long it can be changed (LV-02, PER-44)."""
    stay, command = facts.stay, walked.command
    if isinstance(command, CancelLeaving):
        return (f"{stay.name} stays registered without a last day. Training and mentoring go on where they can.",)
    when = tense(command.last_day, facts.today)
    said = [f"{stay.name} {when.words}.", KEPT[when]]
    if stay.role is Role.ECT:
        said.append("Their mentor stays registered as a mentor at your school.")
    return tuple(said)


KEPT = {
    Tense.LEFT: "This takes effect at once, and only support can correct it afterwards.",
    Tense.TODAY: "They are shown as leaving until the end of today, and you can change this until then.",
    Tense.LEAVING: "Until that day they are shown as leaving, and you can change or cancel this.",
}


async def perform(command: Command, facts: LeavingFacts, here: Here) -> Mapping[str, Any]:
    """Do what was decided; the outcome keeps what the confirmation says."""
    stay = facts.stay
    outcome: dict[str, Any] = {"name": stay.name, "role": stay.role.value}
    if isinstance(command, CancelLeaving):
        undone = await cancel_leaving(command, here.actor, here.today)
        return {**outcome, "last_day": None, "restored": undone.restored, "not_restored": undone.not_restored}
    outcome |= {"last_day": command.last_day.isoformat(), "tense": tense(command.last_day, here.today).value}
    outcome["ects"] = without_mentor(stay, command.last_day)
    if isinstance(command, AmendLeaving):
        moved = await amend_leaving(command, here.actor, here.today, here.policy)
        return {**outcome, "restored": moved.restored, "not_restored": moved.not_restored}
    await report_leaving(command, here.actor, here.today, here.policy)
    return outcome


async def confirmation(person: Subject, outcome: Mapping[str, Any], _here: Here) -> ConfirmationPage:
    """Say what was recorded, who is told, and what comes next (LV-03, LV-04)."""
    name = outcome["name"]
    told = [f"{name} gets an email that says so."]
    if outcome["last_day"] is None:
        return ConfirmationPage(f"{name} is not leaving", outcome, tuple(told), {"record": person.record})
    when, day = Tense(outcome["tense"]), date.fromisoformat(outcome["last_day"])
    kept = {
        Tense.LEFT: "Their record is now in the list of those who have left.",
        Tense.TODAY: "They stay in your list, shown as leaving, until the end of today, and you can change this until "
        "then.",
        Tense.LEAVING: f"They stay in your list, shown as leaving, until {day_in_words(day)}. You can change or cancel "
        "this until then. Afterwards they are in the list of those who have left.",
    }[when]
    details = {"record": person.record, "kept": kept, "panel": f"Their last day {VERB[when]} {day_in_words(day)}"}
    return ConfirmationPage(f"{name} {when.words}", outcome, tuple(told), details)


VERB = {Tense.LEFT: "was", Tense.TODAY: "is", Tense.LEAVING: "is"}


async def only_own_report(person: Subject, _here: Here) -> None:
    """Allow a change only of what this school has reported (PER-45); raises NotAllowed."""
    why = person.stay.end_reason
    if why is StayEndReason.LEFT:
        return
    because = "It was set because another school has registered them" if why in ELSEWHERE else "Others have set it"
    raise NotAllowed(
        f"{person.displayed}’s last day at your school was not reported by your school. {because}, so you cannot "
        "change or cancel it here.",
        f"If {person.displayed} is staying, contact support." + (BOTH_SCHOOLS if why in ELSEWHERE else ""),
    )


ELSEWHERE = frozenset({StayEndReason.JOINED_ANOTHER_SCHOOL})
BOTH_SCHOOLS = " They sort it out with both schools."


def _journey(person: Subject, action: Action, path: Any, **more: Any) -> Journey[LeavingFacts, Command]:
    common = {**about(person, action), "templates": TEMPLATES}
    return Journey(
        **common,
        path=path,
        load=partial(load_facts, person),
        perform=perform,
        rows=rows,
        notices=notices,
        confirmation=partial(confirmation, person),
        exits={},
        lock=lambda command: lock_person(command.trn),
        **more,
    )


async def build_report(person: Subject, _here: Here) -> Journey[LeavingFacts, Command]:
    """Give the journey that reports that somebody leaves (LV-01 to LV-03)."""
    return _journey(
        person,
        Action.REPORT_LEAVING,
        report,
        check_title=f"Check {person.displayed}’s last day",
        check_button="Confirm and report",
        refusals=dict.fromkeys(MEANWHILE, Refusal(Action.REPORT_LEAVING.value, COLLEAGUE)),
    )


async def build_change(person: Subject, _here: Here) -> Journey[LeavingFacts, Command]:
    """Give the journey that changes or cancels the report (LV-04)."""
    slug = Action.CHANGE_LEAVING.value
    return _journey(
        person,
        Action.CHANGE_LEAVING,
        change,
        check_title="Check this change",
        check_button="Confirm and save",
        refusals={
            **dict.fromkeys(MEANWHILE, Refusal(slug, COLLEAGUE)),
            "registered_later": Refusal(slug, REGISTERED_LATER),
        },
        seen=lambda facts: {"Last day": day_in_words(facts.stay.finished_on) if facts.stay.finished_on else "None"},
    )


JOURNEYS = (
    SubjectJourney(Action.REPORT_LEAVING, build_report, gated=False),
    SubjectJourney(Action.CHANGE_LEAVING, build_change, allowed=only_own_report, gated=False),
)
HANDLERS = [handler for role in Role for handler in handlers(role, JOURNEYS)]
