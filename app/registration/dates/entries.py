"""Which dates a school is told of: pure (NOT-7.2, NOT-7.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.registration.home.to_do import ect_tasks
from app.registration.people.statuses import london_day
from app.terms import DraftKind, Role, TrainingProgramme, Word
from app.training.challenges import last_challenge_day
from app.training.periods import academic_year

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.policy import Policy
    from app.registration.home.around import Around
    from app.registration.people.ect_facts import ECTAtSchool, ListedECT, PersonName, TrainingRow
    from app.registration.people.mentor_facts import ListedMentor
    from app.registration.registering.unfinished import Unfinished
    from app.terms import Year
    from app.training.periods import Calendar

ONE_DAY = timedelta(days=1)
BACK = timedelta(days=30)
MONTHS_AHEAD = 24
ROLE_WORDS = {Role.ECT: "ECT", Role.MENTOR: "mentor"}
LAPSES = ("mentor-needed", "challenge", "draft", "tutor")
"""What these dates ask for is no longer asked once they have passed: their entries end without being withdrawn."""


class Names(Word):
    """How people are named in a calendar (NOT-7.3)."""

    INITIALS = "initials", "Initials, such as J.S."
    NAMES = "names", "Names"
    NONE = "none", "Not at all"


@dataclass(frozen=True)
class Entry:
    """One date: its key, which stays the same when it moves, what it is, and whom it is about."""

    key: str
    on: date
    what: str
    person: str = ""
    role: Role | None = None

    @property
    def lapses(self) -> bool:
        """Whether it ends by itself when its day has passed."""
        return self.key.startswith(LAPSES)

    def words(self, names: Names = Names.NAMES) -> str:
        """Return what the entry says: the least there is to say."""
        if self.role is None:
            return self.what
        role = ROLE_WORDS[self.role]
        if names is Names.NONE:
            return f"{self.what}: {'an' if self.role is Role.ECT else 'a'} {role}"
        return f"{self.what}: {self.person if names is Names.NAMES else initials(self.person)}, {role}"


@dataclass(frozen=True)
class Closed:
    """Days, both included, in which registering is closed (PRM-04)."""

    key: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class DatedFacts:
    """What was read of a school: people whose stay goes on or ended lately, and what stands around them."""

    ects: tuple[ListedECT, ...]
    people: tuple[ECTAtSchool, ...]
    around: Around
    drafts: tuple[Unfinished, ...]
    closures: tuple[Closed, ...]
    calendar: Calendar
    policy: Policy
    confirmed_for: Year | None = None


def initials(name: str) -> str:
    """Return the first letter of each word: "J.S." for "Jo Smith"."""
    return "".join(f"{word[0].upper()}." for word in name.split())


def window(today: date) -> tuple[date, date]:
    """Return the first and the last day of which dates are told: 30 days back, 24 months ahead."""
    month = today.month - 1 + MONTHS_AHEAD
    year, month = today.year + month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - ONE_DAY).day
    return today - BACK, date(year, month, min(today.day, last))


def entries(facts: DatedFacts, today: date) -> tuple[Entry, ...]:
    """List a school's dates in their order; no estimates (TR-02)."""
    first, last = window(today)
    found = (*_of_people(facts, today), *_of_school(facts), *_of_years(facts))
    listed = {entry.key: entry for entry in found if first <= entry.on <= last}
    return tuple(sorted(listed.values(), key=lambda entry: (entry.on, entry.key)))


def _of_people(facts: DatedFacts, today: date) -> Iterator[Entry]:
    for row in facts.ects:
        yield from _of_stay(row, Role.ECT)
    for mentor in facts.around.listed_mentors:
        yield from _of_stay(mentor, Role.MENTOR)
    for ect in facts.people:
        yield from _of_training(ect.trainings, ect.name, Role.ECT)
        for task in ect_tasks(ect, today, facts.policy):
            if task.rule == "TD-02" and task.until is not None:
                key = f"mentor-needed-{ect.public_id}"
                yield Entry(key, task.until + ONE_DAY, "Needs a mentor from today", ect.displayed, Role.ECT)
    for person in facts.around.mentors:
        yield from _of_training(person.trainings, person.name, Role.MENTOR)


def _of_stay(row: ListedECT | ListedMentor, role: Role) -> Iterator[Entry]:
    name = row.name.displayed
    yield Entry(f"start-{role.value}-{row.public_id}", row.stay.started_on, "Start", name, role)
    if row.stay.finished_on is not None:
        yield Entry(f"last-day-{role.value}-{row.public_id}", row.stay.finished_on, "Last day", name, role)


def _of_training(rows: Iterable[TrainingRow], name: PersonName, role: Role) -> Iterator[Entry]:
    for row in rows:
        training = row.training
        if training.programme is not TrainingProgramme.PROVIDER_LED or training.cancelled:
            continue
        key = f"{role.value}-{training.id}"
        yield Entry(f"training-start-{key}", training.started_on, "Provider-led training starts", name.displayed, role)
        if training.finished_on is not None:
            yield Entry(f"training-end-{key}", training.finished_on, "Provider-led training ends", name.displayed, role)


def _of_school(facts: DatedFacts) -> Iterator[Entry]:
    for report in facts.around.reports:
        last_day = last_challenge_day(report.reported_at, report.year, facts.policy)
        yield Entry(f"challenge-{report.public_id}", last_day, f"Last day to say a partnership is wrong: {report.name}")
    for draft in facts.drafts:
        role = Role.MENTOR if draft.kind is DraftKind.REGISTER_MENTOR else Role.ECT
        day = london_day(draft.deleted_at)
        yield Entry(f"draft-{draft.id}", day, "Unfinished registration is deleted", draft.name, role)


def _of_years(facts: DatedFacts) -> Iterator[Entry]:
    for period in facts.calendar.periods:
        year = academic_year(period.year)
        if period.registration_opens_on is not None:
            yield Entry(f"opening-{period.year}", period.registration_opens_on, f"Registration opens for {year}")
        if facts.confirmed_for is None or facts.confirmed_for < period.year:
            yield Entry(f"tutor-{period.year}", period.started_on, f"Confirm your induction tutor for {year}")
    for shut in facts.closures:
        yield Entry(f"closes-{shut.key}", shut.starts_on, "Registration closes for a time")
        yield Entry(f"reopens-{shut.key}", shut.ends_on + ONE_DAY, "Registration is open again")
