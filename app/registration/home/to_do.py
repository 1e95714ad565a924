"""What a school has to do, and what it waits for, worked out from its data (journeys, section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from app.registration.people.ect_facts import PersonName, TrainingRow
from app.registration.people.statuses import london_day
from app.registration.registering.start_dates import day_in_words
from app.registration.rules import ECTState
from app.training.periods import academic_year
from app.training.rules import TrainingStatus, decisive_training, training_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from app.policy import Policy
    from app.registration.people.ect_facts import ECTAtSchool
    from app.terms import ExpectingECTs, Year
    from app.training.periods import ContractPeriod
    from app.training.rules import Training

ONE_DAY = timedelta(days=1)
Leads = Literal["ect", "mentor", "draft", "partnership", "year", "tutor"]


@dataclass(frozen=True)
class Task:
    """One line: its rule, what is to be done, since when, until when, and whether others have to act.

    leads: whose page settles it; id: the public id of that page; page: a journey of it, or `#section`.
    """

    rule: str
    text: str
    since: date
    leads: Leads
    id: UUID | None = None
    page: str = ""
    until: date | None = None
    waiting: bool = False

    def age(self, today: date) -> str:
        """Return since when, in days."""
        days = (today - self.since).days
        return "since today" if days < 1 else f"for {days} day{'s' if days > 1 else ''}"


@dataclass(frozen=True)
class Known:
    """What is known of people beside their own rows.

    failed: when mail to an address, in small letters, last failed for good; exempt_since: by a teacher's internal id.
    """

    failed: Mapping[str, date] = field(default_factory=dict)
    exempt_since: Mapping[int, date] = field(default_factory=dict)


@dataclass(frozen=True)
class MentorAround:
    """A mentor whose stay goes on, with the training of that stay."""

    public_id: UUID
    name: PersonName
    email: str
    started_on: date
    trainings: tuple[TrainingRow, ...] = ()


@dataclass(frozen=True)
class Looked:
    """One ECT on a day, as the rules of the list look at them."""

    ect: ECTAtSchool
    today: date
    policy: Policy
    known: Known

    @property
    def decisive(self) -> TrainingRow | None:
        """The training that speaks for the stay (PER-20)."""
        return self.ect.decisive(self.today)

    @property
    def recorded(self) -> bool:
        """Whether an appropriate body has recorded induction during the stay."""
        return any(self.ect.stay.period.contains(period.started_on) for period in self.ect.induction.periods)

    def task(self, rule: str, text: str, since: date, page: str = "") -> Task:
        """Return a line that leads to the ECT's record, or to a journey or section of it."""
        return Task(rule, text, since, "ect", self.ect.public_id, page)


def ect_tasks(ect: ECTAtSchool, today: date, policy: Policy, known: Known | None = None) -> tuple[Task, ...]:
    """List what concerns one ECT; those who left, completed or were removed need nothing (TD-00)."""
    looked = Looked(ect, today, policy, known or Known())
    state = ect.state(today)
    if state is ECTState.EXEMPT:
        return (_is_exempt(looked),)
    if state is not ECTState.IN_PROGRESS:
        return ()
    found = [rule(looked) for rule in _RULES]
    return tuple(task for task in found if task is not None) + tuple(_missing_values(looked))


def in_order(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """Put the oldest first."""
    return tuple(sorted(tasks, key=lambda task: (task.since, task.rule, task.text)))


def stopped_task(row: TrainingRow | None, name: str, leads: Leads, person: UUID, registered_on: date) -> Task | None:
    """Return what a training that was withdrawn, disputed or paused asks of the school (TD-03, TD-04, TD-05)."""
    if row is None:
        return None
    provider, training = row.lead_provider or "The lead provider", row.training
    status = training_status(training)
    if status is TrainingStatus.WITHDRAWN and training.withdrawn_at is not None:
        text = f"{provider} has stopped training {name}"
        return Task("TD-03", text, london_day(training.withdrawn_at), leads, person, "#training")
    if training.disputed:
        since = london_day(row.challenged_at) if row.challenged_at else registered_on
        return Task("TD-05", f"Choose a lead provider for {name}", since, leads, person, "change-lead-provider")
    if status is TrainingStatus.DEFERRED and training.deferred_at is not None:
        return Task(
            "TD-04", f"{name}’s training is paused", london_day(training.deferred_at), leads, person, "#training"
        )
    return None


def address_task(name: str, email: str, leads: Leads, person: UUID | None, known: Known) -> Task | None:
    """Return what an address that does not work asks of the school (TD-15)."""
    since = known.failed.get(email.casefold())
    if since is None:
        return None
    text = "Check the induction tutor’s email" if leads == "tutor" else f"Check the email address for {name}"
    return Task("TD-15", text, since, leads, person, "change" if leads == "tutor" else "change-email")


def mentor_tasks(mentor: MentorAround, known: Known, today: date) -> tuple[Task, ...]:
    """List what concerns the training and the address of one mentor whose stay goes on (TD-00, TD-15)."""
    row = next((row for row in mentor.trainings if row.training is _decisive(mentor, today)), None)
    name, person = mentor.name.displayed, mentor.public_id
    found = (
        stopped_task(row, name, "mentor", person, mentor.started_on),
        address_task(name, mentor.email, "mentor", person, known),
    )
    return tuple(task for task in found if task is not None)


def _decisive(mentor: MentorAround, today: date) -> Training | None:
    return decisive_training((row.training for row in mentor.trainings), today)


def year_task(period: ContractPeriod, answers: Mapping[int, ExpectingECTs | None], today: date) -> Task | None:
    """Ask once a year whether new ECTs are expected; answering is optional (TD-16)."""
    opened_on = period.registration_opens_on
    if opened_on is None or not period.is_enabled(today) or answers.get(period.year) is not None:
        return None
    text = f"Are you expecting new ECTs in the academic year {academic_year(period.year)}? (optional)"
    return Task("TD-16", text, opened_on, "year")


def partnership_task(name: str, year: Year, partnership: UUID, reported_at: datetime, last_day: date) -> Task:
    """Ask whether a reported partnership is right, while the school can say that it is wrong (TD-13).

    name: lead provider and delivery partner.
    """
    text = f"Check that {name} are right for the academic year {academic_year(year)}"
    return Task("TD-13", text, london_day(reported_at), "partnership", partnership, until=last_day)


def _is_exempt(looked: Looked) -> Task:
    ect = looked.ect
    since = looked.known.exempt_since.get(ect.teacher_id, ect.registered_on)
    return looked.task("TD-14", f"{ect.displayed} is exempt from induction", since)


def _assign_a_mentor(looked: Looked) -> Task | None:
    ect = looked.ect
    if ect.mentorships_from(looked.today):
        return None
    ends = [row.mentorship.finished_on for row in ect.mentorships if row.mentorship.finished_on is not None]
    since = max(ends, default=ect.registered_on)
    return looked.task("TD-01", f"Assign a mentor to {ect.displayed}", since, "assign-mentor")


def _will_need_a_mentor(looked: Looked) -> Task | None:
    ect = looked.ect
    going_on = ect.mentorships_from(looked.today)
    if not going_on:
        return None
    last = going_on[-1]
    ends, leaves = last.mentorship.finished_on, ect.stay.finished_on
    if ends is None or (leaves is not None and leaves <= ends):
        return None
    since = london_day(last.leaving_reported_at) if last.leaving_reported_at else last.mentorship.started_on
    text = f"{ect.displayed} will need a mentor from {day_in_words(ends + ONE_DAY)}"
    return replace(looked.task("TD-02", text, min(since, looked.today), "assign-mentor"), until=ends)


def _training_was_stopped(looked: Looked) -> Task | None:
    ect = looked.ect
    return stopped_task(looked.decisive, ect.displayed, "ect", ect.public_id, ect.registered_on)


def _lead_provider_has_not_confirmed(looked: Looked) -> Task | None:
    row = looked.decisive
    if row is None or not row.training.requested or row.training.stopped:
        return None
    since = london_day(row.training.requested_at) if row.training.requested_at else row.training.started_on
    if looked.today <= since + timedelta(days=looked.policy.lp_confirm_days):
        return None
    text = f"{row.lead_provider or 'The lead provider'} has not confirmed {looked.ect.displayed}"
    return replace(looked.task("TD-06", text, since, "#training"), waiting=True)


def _choose_a_programme(looked: Looked) -> Task | None:
    row, ect = looked.decisive, looked.ect
    text = f"Choose a training programme for {ect.displayed}"
    if row is None:
        return looked.task("TD-07", text, ect.registered_on, "change-training-programme")
    training = row.training
    if training.period.is_open(looked.today) or training_status(training) is not TrainingStatus.ACTIVE:
        return None
    return looked.task("TD-07", text, training.finished_on or ect.registered_on, "change-training-programme")


def _induction_is_not_recorded(looked: Looked) -> Task | None:
    ect = looked.ect
    started_on = ect.stay.started_on
    if looked.recorded or looked.today <= started_on + timedelta(days=looked.policy.ab_record_days):
        return None
    body = ect.body(ect.reported_body_id)
    text = f"{body.name if body else 'The appropriate body'} has not recorded the induction of {ect.displayed}"
    return replace(looked.task("TD-08", text, started_on, "#induction"), waiting=True)


def _body_has_ended(looked: Looked) -> Task | None:
    ect = looked.ect
    body = ect.body(ect.reported_body_id)
    if looked.recorded or body is None or body.active_to is None or not body.has_ended(looked.today):
        return None
    text = f"{ect.displayed}’s appropriate body can no longer be used"
    return looked.task("TD-09", text, body.active_to, "change-appropriate-body")


def _has_no_qualified_status(looked: Looked) -> Task | None:
    ect = looked.ect
    if ect.qts_awarded_on is not None or ect.stay.started_on > looked.today:
        return None
    text = f"{ect.displayed} has no qualified teacher status yet"
    return replace(looked.task("TD-11", text, ect.stay.started_on), waiting=True)


def _address_does_not_work(looked: Looked) -> Task | None:
    ect = looked.ect
    return address_task(ect.displayed, ect.email, "ect", ect.public_id, looked.known)


def _missing_values(looked: Looked) -> Iterator[Task]:
    ect = looked.ect
    if ect.reported_body_id is None and not looked.recorded:
        text = f"Tell us {ect.displayed}’s appropriate body"
        yield looked.task("TD-10", text, ect.registered_on, "change-appropriate-body")
    if ect.working_pattern is None:
        text = f"Tell us {ect.displayed}’s working pattern"
        yield looked.task("TD-10", text, ect.registered_on, "change-working-pattern")


_RULES: tuple[Callable[[Looked], Task | None], ...] = (
    _assign_a_mentor,
    _will_need_a_mentor,
    _training_was_stopped,
    _lead_provider_has_not_confirmed,
    _choose_a_programme,
    _induction_is_not_recorded,
    _body_has_ended,
    _has_no_qualified_status,
    _address_does_not_work,
)
