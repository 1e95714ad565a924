"""What a change of training means, in the sentences of check answers (CH-06, CH-08, CH-12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.registration.people.statuses import london_day
from app.registration.registering.start_dates import day_in_words
from app.terms import Role, TrainingProgramme
from app.training.changes import Face
from app.training.mentor_training import WhyNone, why_in_words
from app.training.periods import academic_year

if TYPE_CHECKING:
    from datetime import date

    from app.registration.changes.mentor_follows import MentorOfECT, MentorToo
    from app.training.arrangements import Arrangement
    from app.training.change_decisions import ChangeDecided
    from app.training.periods import RegistrationPeriod
    from app.training.rules import Training

SCHOOL_LED_WORDS = "school-led training"


def what_happens(change: ChangeDecided, present: str) -> str:
    """Say what ends and what follows from which day; present: the lead provider now, "" without one (CH-12).

    The delivery partner is named where the school has a partnership, otherwise the lead provider has to confirm.
    """
    if change.plan.face is Face.FUTURE:
        return _instead(change, present)
    before, after = _before(change, present), _follows(change)
    return f"{before} From {day_in_words(change.plan.starts_on)} {after}.".strip()


def _before(change: ChangeDecided, present: str) -> str:
    plan, decisive = change.plan, change.plan.decisive
    if decisive is None:
        return ""
    if plan.face in {Face.CONFIRMED, Face.DISPUTED}:
        return f"Training with {present} ends on {day_in_words(plan.last_day)}."
    if plan.face is Face.REQUESTED:
        return f"{present} had not confirmed that it would train them."
    if plan.face is Face.SCHOOL_LED:
        return f"School-led training ends on {day_in_words(plan.last_day)}."
    return _over(decisive, plan.face, present)


def _over(decisive: Training, face: Face, present: str) -> str:
    """Say that training had come to an end before, and when; it stays as it is on record (CH-10)."""
    stopped_on = _stopped_on(decisive, face)
    if face is Face.WITHDRAWN:
        return f"{present} stopped training them on {stopped_on}."
    if face is Face.DEFERRED:
        return f"{present} paused their training on {stopped_on}."
    return f"{f'Training with {present}' if present else 'School-led training'} ended on {stopped_on}."


def _stopped_on(decisive: Training, face: Face) -> str:
    mark = {Face.WITHDRAWN: decisive.withdrawn_at, Face.DEFERRED: decisive.deferred_at}.get(face)
    day: date | None = london_day(mark) if mark is not None else decisive.finished_on
    return day_in_words(day) if day is not None else ""


def _follows(change: ChangeDecided) -> str:
    if change.arrangement is None:
        return "they follow school-led training"
    return f"they are trained by {_provider(change.arrangement)}{_once(change.arrangement)}"


def _instead(change: ChangeDecided, present: str) -> str:
    """Say what begins in place of training that has not begun: on the same day, unless the row is not kept."""
    plan = change.plan
    assert plan.decisive is not None  # noqa: S101 - training to come is there
    same_day = plan.starts_on == plan.decisive.started_on
    begins = f"From {'the start date, ' if same_day else ''}{day_in_words(plan.starts_on)},"
    former = present if present and plan.decisive.provider_led else SCHOOL_LED_WORDS
    if change.programme is TrainingProgramme.SCHOOL_LED:
        return f"{begins} they follow school-led training instead of training with {former}."
    assert change.arrangement is not None  # noqa: S101 - provider-led has one
    provider, once = _provider(change.arrangement), _once(change.arrangement)
    return f"{begins} they are trained by {provider} instead of {former}{once}."


def _provider(arrangement: Arrangement) -> str:
    name, partner = arrangement.lead_provider.name, arrangement.delivery_partner
    return f"{name} and its delivery partner {partner.name}" if partner is not None else name


def _once(arrangement: Arrangement) -> str:
    return f", once {arrangement.lead_provider.name} confirms" if arrangement.delivery_partner is None else ""


def what_it_means(
    change: ChangeDecided, role: Role = Role.ECT, mentor: MentorOfECT | None = None, follows: MentorToo | None = None
) -> list[str]:
    """Say what else must be known before confirming (CH-06, CH-07, CH-08, PER-34, MFT-08).

    mentor: the one an ECT has then; follows: that mentor with the training they get with the change, if any.
    """
    if change.arrangement is None or change.registration is None:
        return [
            "Training by the lead provider stops. Your appropriate body must agree to school-led training first.",
            "A mentor’s own training does not change.",
        ]
    name = change.arrangement.lead_provider.name
    found = [*_moved(change.registration), *_to_confirm(change.arrangement), *_of_mentor(name, mentor, follows)]
    if role is Role.MENTOR:
        found.append("The lead provider of the ECTs they mentor does not change.")
    return [*found, f"We do not email lead providers about this. {name} will be able to see the change."]


def _moved(registration: RegistrationPeriod) -> list[str]:
    """Say that training moves out of an academic year whose payments have stopped (CP-08, CP-10)."""
    if registration.frozen_from is None:
        return []
    left, joined = academic_year(registration.frozen_from.year), academic_year(registration.year)
    return [f"Funding for the academic year {left} has ended, so their training moves to {joined}."]


def _to_confirm(arrangement: Arrangement) -> list[str]:
    if arrangement.delivery_partner is not None:
        return []
    name = arrangement.lead_provider.name
    return [f"Training only starts once {name} confirms. {name} will also name the delivery partner."]


def _of_mentor(provider: str, mentor: MentorOfECT | None, follows: MentorToo | None) -> list[str]:
    if follows is not None:
        who, day = follows.mentor.name.displayed, day_in_words(follows.training.starts_on)
        return [f"{who}, who mentors them, also gets mentor training with {provider}, from {day}."]
    if mentor is None or mentor.history.fundable:
        return []
    why = why_in_words(WhyNone.NOT_FUNDABLE, mentor.history)
    return [f"{mentor.name.displayed}, who mentors them, gets no mentor training with this change: {why}."]
