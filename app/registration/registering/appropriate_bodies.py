"""Which appropriate bodies a school can choose, and which one is shown for an ECT (rules §10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from app.terms import AppropriateBodyId, AppropriateBodyType, SchoolKind, Word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.registration.rules import ECTStay, Induction, InductionRecord


@dataclass(frozen=True)
class AppropriateBody:
    """An appropriate body as the reference data describes it; open ends of its dates are None."""

    id: AppropriateBodyId
    public_id: UUID
    name: str
    type: AppropriateBodyType
    allowed_school_kinds: frozenset[SchoolKind] = frozenset()
    active_from: date | None = None
    active_to: date | None = None
    districts: frozenset[str] = frozenset()

    def is_active(self, day: date) -> bool:
        """Tell whether the day lies between its dates."""
        return (self.active_from is None or self.active_from <= day) and not self.has_ended(day)

    def has_ended(self, today: date) -> bool:
        """Tell whether it is no longer an appropriate body (ABR-04)."""
        return self.active_to is not None and self.active_to < today


@dataclass(frozen=True)
class BodyOption:
    """One appropriate body on offer; `in_your_area` when its districts contain the school's."""

    body: AppropriateBody
    in_your_area: bool = False

    @property
    def words(self) -> str:
        """The body's name, marked when it looks after the school's district."""
        return f"{self.body.name} (in your area)" if self.in_your_area else self.body.name


class BodySource(Word):
    """Where the appropriate body shown for an ECT comes from (ABR-06)."""

    RECORDED = "recorded", "recorded by the appropriate body"
    REPORTED = "reported", "awaiting confirmation by the appropriate body"
    NOT_REPORTED = "not_reported", "not reported"


@dataclass(frozen=True)
class BodyShown:
    """The appropriate body shown for an ECT, where it is known from, and whether the school may change it."""

    appropriate_body_id: AppropriateBodyId | None
    source: BodySource
    can_change: bool


def is_selectable(body: AppropriateBody, kind: SchoolKind, deciding_day: date, today: date) -> bool:
    """Tell whether a school of a kind can choose a body; the deciding day is the ECT's start date (ABR-02)."""
    return (
        kind in body.allowed_school_kinds
        and body.type is not AppropriateBodyType.LOCAL_AUTHORITY
        and body.is_active(deciding_day)
        and not body.has_ended(today)
    )


def is_selectable_again(
    bodies: Iterable[AppropriateBody],
    last: AppropriateBodyId | None,
    kind: SchoolKind,
    deciding_day: date,
    today: date,
) -> bool:
    """Tell whether the body that a school chose last can be chosen for a deciding day (ABR-02, ARR-04)."""
    body = next((body for body in bodies if body.id == last), None)
    return body is not None and is_selectable(body, kind, deciding_day, today)


def deciding_day_of_change(stay: ECTStay, today: date) -> date:
    """Give the day that decides when the appropriate body is changed later (ABR-02)."""
    return max(stay.started_on, today)


def selectable(
    bodies: Iterable[AppropriateBody], kind: SchoolKind, deciding_day: date, today: date, district: str | None = None
) -> tuple[BodyOption, ...]:
    """List the bodies a school can choose: national first, then those of its district, then the rest, by name.

    Nothing selectable gives an empty list (ABR-02, ABR-03, ABR-05).
    """
    return in_order((body for body in bodies if is_selectable(body, kind, deciding_day, today)), district)


def in_order(bodies: Iterable[AppropriateBody], district: str | None = None) -> tuple[BodyOption, ...]:
    """Put bodies on offer into order: national first, then those of a school's district, then the rest (ABR-03)."""
    options = (BodyOption(b, in_your_area=district is not None and district in b.districts) for b in bodies)
    return tuple(sorted(options, key=_place))


def _place(option: BodyOption) -> tuple[bool, bool, str]:
    national = option.body.type is AppropriateBodyType.NATIONAL
    return not national, not option.in_your_area, option.body.name.casefold()


def body_shown(stay: ECTStay, reported: AppropriateBodyId | None, inductions: Iterable[Induction]) -> BodyShown:
    """Say which appropriate body is shown for an ECT and whether the school may change it (ABR-06, RC-02a)."""
    open_inductions = [induction for induction in inductions if induction.finished_on is None]
    recorded = next((i for i in open_inductions if stay.period.contains(i.started_on)), None)
    if recorded is not None:
        return BodyShown(recorded.appropriate_body_id, BodySource.RECORDED, can_change=False)
    source = BodySource.REPORTED if reported is not None else BodySource.NOT_REPORTED
    return BodyShown(reported, source, can_change=not open_inductions)


def induction_start(record: InductionRecord) -> date | None:
    """Give the induction start date shown; None reads "not yet reported by the appropriate body" (ABR-07)."""
    return min((period.started_on for period in record.periods), default=record.trs_started_on)
