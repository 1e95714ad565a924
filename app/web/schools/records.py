"""What the records of ECTs and mentors share: top, other training, tracker, ways on, history (RC-01 to RC-03)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from app.events.queries import History, history
from app.registration.people import ect_shown
from app.registration.people.ect_shown import Line
from app.registration.people.statuses import london_day
from app.registration.permissions import Action
from app.registration.registering.start_dates import day_in_words
from app.registration.rules import Standing
from app.terms import StayEndReason
from app.training.rules import TrainingStatus, training_status
from app.web.schools.changes import Way, ways
from app.web.schools.lists import tags_of

if TYPE_CHECKING:
    from datetime import date

    from app.policy import Policy
    from app.registration.people.ect_facts import ECTAtSchool, PersonAtSchool, TrainingRow
    from app.registration.people.mentor_facts import MentorAtSchool
    from app.registration.people.statuses import Tag
    from app.registration.people.tracker import TrackerLine
    from app.web.schools.changes import May
    from app.web.session import Here

NEWEST = 5
"""So many events stand on the record itself (RC-02)."""


@dataclass(frozen=True)
class EarlierTraining:
    """A training of this stay before or after the one that counts, with its dates."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class TrackerRow:
    """A step of the tracker, with the ways to what the school can do about it."""

    line: TrackerLine
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class ShownTag:
    """A tag, and beside its reason the way to what helps; the first one's way is the record's next action."""

    tag: Tag
    way: Way | None = None


@dataclass(frozen=True, kw_only=True)
class Top:
    """What every record shows around its own sections (RC-01)."""

    name: str
    path_to_record: str
    back: str
    tags: tuple[ShownTag, ...]
    left_on: date | None
    registered_elsewhere: bool
    """Another school set the last day: only support can change it (PER-45)."""
    next_way: Way | None
    support: str
    tracker: tuple[TrackerRow, ...]
    wrong: tuple[Way, ...]
    """What to press when the record should not be as it is (LV-00, UM-01)."""
    history: History


@dataclass(frozen=True)
class RemovedPage:
    """What is left to see of a registration that was removed (UM-03)."""

    removed_on: date
    by: str
    reason: str
    back: str
    path_to_record: str
    history: History


async def history_of(here: Here, person: PersonAtSchool, number: int, size: int) -> History:
    """Return a page of what happened to a person at this school."""
    return await history(here.school.id, person.teacher_id, number, size, here.policy.deferral_reasons_hidden)


def top_of(
    person: ECTAtSchool | MentorAtSchool,
    here: Here,
    *,
    base: str,
    back: str,
    may: May,
    tracker: tuple[TrackerLine, ...],
    events: History,
) -> Top:
    """Return what every record shows; base: its address."""
    tag, standing = person.tag(here.today), person.standing(here.today)
    elsewhere = person.stay.end_reason is StayEndReason.JOINED_ANOTHER_SCHOOL
    return Top(
        name=person.displayed,
        path_to_record=base,
        back=back,
        tags=shown_tags(tags_of(person, tag, may), base, may),
        left_on=person.stay.finished_on if standing is Standing.LEFT else None,
        registered_elsewhere=elsewhere and standing is not Standing.LEFT,
        next_way=next_way(tag, base, may),
        support=f"/school/support?about={person.public_id}",
        tracker=tuple(TrackerRow(line, ways(line.actions, base, may)) for line in tracker),
        wrong=ways((Action.REPORT_LEAVING, Action.CHANGE_LEAVING, Action.REGISTERED_BY_MISTAKE), base, may),
        history=events,
    )


def shown_tags(tags: tuple[Tag, ...], base: str, may: May) -> tuple[ShownTag, ...]:
    """Return the tags of a record, each after the first with its first way that is open (STA-02, MSG-03)."""
    first, *others = tags
    return (ShownTag(first), *(ShownTag(tag, next(iter(ways(tag.actions, base, may)), None)) for tag in others))


def fields_of(top: Top) -> dict[str, Any]:
    """Return the fields of a record's top, for the record that is built on it."""
    return {field.name: getattr(top, field.name) for field in fields(top)}


def next_way(tag: Tag, base: str, may: May) -> Way | None:
    """Return the next action; after stopped training, where the choices stand (STA-02, WD-01)."""
    found = ways(tag.actions, base, may)
    if not found:
        return None
    if Action.CHANGE_LEAD_PROVIDER in tag.actions:
        return Way("See what happened and what you can choose", f"{base}#training")
    return found[0]


def other_training(person: PersonAtSchool, today: date, policy: Policy) -> tuple[EarlierTraining, ...]:
    """Return the other training of this stay, newest first (RC-02, WD-04)."""
    rows = [row for row in reversed(person.trainings) if row is not person.decisive(today)]
    return tuple(EarlierTraining(title_of(row, today), lines_of(row, policy)) for row in rows)


def title_of(row: TrainingRow, today: date) -> str:
    """Return what a training is called: its programme and days."""
    training = row.training
    end = f" to {day_in_words(training.finished_on)}" if training.finished_on else ""
    later = "Later" if training.started_on > today else "Earlier"
    return f"{later}: {training.programme.words.lower()}, {day_in_words(training.started_on)}{end}"


def lines_of(row: TrainingRow, policy: Policy) -> tuple[Line, ...]:
    """Return provider, partner and how it was stopped, of a training that does not count now (WD-04)."""
    lines = [Line("training-programme", "Training programme", row.training.programme.words)]
    if row.lead_provider:
        lines.append(Line("lead-provider", "Lead provider", row.lead_provider))
    if row.delivery_partner:
        lines.append(Line("delivery-partner", "Delivery partner", row.delivery_partner))
    if training_status(row.training) is not TrainingStatus.ACTIVE:
        withdrawn = training_status(row.training) is TrainingStatus.WITHDRAWN
        words = "Stopped by the lead provider" if withdrawn else "Paused by the lead provider"
        lines.append(Line("training-stopped", words, ect_shown.stop_reason(row, policy)))
    return tuple(lines)


def dates_of(row: TrainingRow) -> tuple[Line, ...]:
    """Return from which partnership a training goes on, and its first and last day (RC-02)."""
    lines = []
    continues = ect_shown.continues_line(row)
    if continues is not None:
        lines.append(continues)
    lines.append(Line("training-start-date", "Training start date", day_in_words(row.training.started_on)))
    if row.training.finished_on is not None:
        lines.append(Line("training-last-day", "Last day of training", day_in_words(row.training.finished_on)))
    return tuple(lines)


def person_lines(person: PersonAtSchool) -> tuple[Line, ...]:
    """Return name, TRN and email address (RC-02, RC-03)."""
    on_record = f"On the teaching record: {person.name.on_record}" if person.name.on_record else ""
    return (
        Line("name", "Name", person.displayed, on_record),
        Line("trn", "Teacher reference number", person.trn),
        Line("email", "Email address", person.email or ect_shown.NOT_REPORTED),
    )


def days_lines(started_on: date, finished_on: date | None, label: str) -> tuple[Line, ...]:
    """Return the first day at the school, and the last one if it is known."""
    first = Line("start-date", label, day_in_words(started_on))
    return (first,) if finished_on is None else (first, Line("last-day", "Last day", day_in_words(finished_on)))


def registered_line(person: PersonAtSchool) -> Line:
    """Return when and by whom somebody was registered."""
    by = f" by {person.registered_by}" if person.registered_by else ""
    return Line("registered", "Registered", f"{day_in_words(person.registered_on)}{by}")


def removed_page(person: PersonAtSchool, base: str, back: str, events: History) -> RemovedPage:
    """Return when, by whom and why a registration was removed (UM-03)."""
    removal = next((entry for entry in events.entries if entry.kind == "teacher_registration_removed"), None)
    reason = person.removal_reason.words if person.removal_reason else ""
    removed_at = person.removed_at or person.registered_at
    return RemovedPage(london_day(removed_at), removal.by if removal else "", reason, back, base, events)
