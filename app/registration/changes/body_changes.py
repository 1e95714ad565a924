"""Who gets another appropriate body and who is left out, of one ECT or several (CH-05, CH-11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from app.registration.people.ect_facts import PersonName
from app.registration.registering.appropriate_bodies import (
    AppropriateBody,
    body_shown,
    deciding_day_of_change,
    in_order,
    is_selectable,
)
from app.registration.rules import ECTStay, InductionRecord, Standing, ect_standing
from app.terms import TRN, AppropriateBodyId, TeacherId, Word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.registration.registering.appropriate_bodies import BodyOption
    from app.terms import SchoolKind

IN_PROGRESS = frozenset({Standing.STARTING, Standing.IN_PROGRESS, Standing.LEAVING})
"""The standings in which a school may change the appropriate body (PRM-01)."""


class LeftOut(Word):
    """Why the appropriate body of an ECT does not change with that of others (CH-11)."""

    NOT_IN_PROGRESS = "not_in_progress", "no longer an ECT in progress at your school"
    RECORDED = "recorded", "an appropriate body has recorded their induction, so only it can change this"
    ALREADY_WITH_IT = "already_with_it", "already with this appropriate body"
    CHANGED_MEANWHILE = "changed_meanwhile", "a colleague changed their appropriate body while you were working"
    NOT_ACTIVE = "not_active", "it is not an appropriate body on the day from which they would have it"


@dataclass(frozen=True)
class BodyHolder:
    """An ECT at a school as far as changing the appropriate body depends on them; `reported_*` is the school's."""

    stay: ECTStay
    public_id: UUID
    teacher_id: TeacherId
    trn: TRN
    name: PersonName
    induction: InductionRecord
    reported_id: AppropriateBodyId | None = None
    reported_name: str | None = None
    reported_until: date | None = None

    @property
    def displayed(self) -> str:
        """The name shown everywhere (NAM-01)."""
        return self.name.displayed

    def reported_words(self, today: date) -> str:
        """Return the body reported as it is shown, marked when it is none any longer (ABR-04)."""
        ended = self.reported_until is not None and self.reported_until < today
        return f"{self.reported_name or 'Not reported'}{' (no longer an appropriate body)' if ended else ''}"

    def in_progress(self, today: date) -> bool:
        """Tell whether they are starting, in progress or leaving (PRM-01)."""
        return ect_standing(self.stay, self.induction, today) in IN_PROGRESS

    @property
    def is_recorded(self) -> bool:
        """Whether an appropriate body has recorded the induction, so that the school can't change it (ABR-06)."""
        return not body_shown(self.stay, self.reported_id, self.induction.periods).can_change

    def can_change(self, today: date) -> bool:
        """Tell whether the school may change the appropriate body (ABR-06, PRM-01, CH-11)."""
        return self.in_progress(today) and not self.is_recorded


@dataclass(frozen=True)
class BodyBySupport:
    """Support changes the body, of whoever was an ECT at the school too; any_body: for the record (FIX-03)."""

    any_body: bool = False


def left_out(  # noqa: PLR0917 - what the reasons depend on
    holder: BodyHolder,
    body: AppropriateBody,
    kind: SchoolKind,
    today: date,
    seen: AppropriateBodyId | None,
    support: BodyBySupport | None = None,
) -> LeftOut | None:
    """Say why an ECT does not get a body, or None if they do (CH-11, ABR-02, ABR-06, CON-01, FIX-03).

    seen: the body reported when the change was begun.
    """
    active = is_selectable(body, kind, deciding_day_of_change(holder.stay, today), today)
    checks = (
        (LeftOut.NOT_IN_PROGRESS, support is None and not holder.in_progress(today)),
        (LeftOut.RECORDED, holder.is_recorded),
        (LeftOut.ALREADY_WITH_IT, holder.reported_id == body.id),
        (LeftOut.CHANGED_MEANWHILE, holder.reported_id != seen),
        (LeftOut.NOT_ACTIVE, not active and not (support is not None and support.any_body)),
    )
    return next((reason for reason, applies in checks if applies), None)


def bodies_for(
    holders: Iterable[BodyHolder],
    bodies: Iterable[AppropriateBody],
    kind: SchoolKind,
    today: date,
    district: str | None = None,
) -> tuple[BodyOption, ...]:
    """List the bodies that at least one of the ECTs can have on their day, in the order of ABR-03 (CH-11, ABR-02)."""
    days = {deciding_day_of_change(holder.stay, today) for holder in holders}
    return in_order((b for b in bodies if any(is_selectable(b, kind, day, today) for day in days)), district)
