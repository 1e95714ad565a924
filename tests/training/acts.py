"""A school, a lead provider and its people, as lead providers act on them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from app import clock
from app.db.engine import fetch, fetch_one
from app.policy import Policy
from app.terms import Actor, ActorKind, Refused, Role
from app.training.report_partnership import ReportPartnership, report_partnership
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.training.report_partnership import Reported
    from tests.factories import Named, School, Stay, User

TODAY = date(2026, 3, 4)
LARCH_TEAM = Actor(ActorKind.LEAD_PROVIDER, "Larch Learning")


@contextmanager
def on(day: date, hour: int = 12) -> Iterator[None]:
    """Run the body on a day, at an hour in London."""
    with clock.at(datetime(day.year, day.month, day.day, hour, tzinfo=clock.LONDON)):
        yield


@dataclass(frozen=True)
class World:
    """Ash School and Larch Learning, which works with Dogwood Partners and Elder Partners in 2024 and 2025."""

    ash: School
    alice: User
    larch: Named
    dogwood: Named
    elder: Named

    async def reported(self, partner: Named | None = None, year: int = 2025, **facts: Any) -> Any:
        """A partnership that stands."""
        return await factories.partnership(self.ash, self.larch, partner or self.dogwood, year, **facts)

    async def ect(self, in_partnership: Any = None, who: str = "Siân Evans", **facts: Any) -> tuple[Stay, Any]:
        """An ECT trained by Larch since 1 September 2025: confirmed in a partnership, else requested."""
        stay = await factories.ect(self.ash, who)
        return stay, await factories.training(stay, self.larch, in_partnership, **facts)

    async def mentor(self, in_partnership: Any = None, **facts: Any) -> tuple[Stay, Any]:
        """A mentor in training with Larch since 1 September 2025."""
        stay = await factories.mentor(self.ash)
        of = {"role": "mentor", "ect_at_school_period_id": None, "mentor_at_school_period_id": stay.id}
        start = {"started_on": date(2025, 9, 1), "finished_on": None}
        return stay, await factories.training(stay, self.larch, in_partnership, **{**of, **start, **facts})

    def report(self, **facts: Any) -> ReportPartnership:
        """Larch's report of Ash with Dogwood for 2025."""
        values = {
            "lead_provider_id": self.larch.id,
            "year": 2025,
            "school_id": self.ash.id,
            "delivery_partner_id": self.dogwood.id,
        }
        return ReportPartnership(**{**values, **facts})

    async def reports(self, today: date = TODAY, **facts: Any) -> Reported:
        """Report, on a day."""
        with on(today):
            return await report_partnership(self.report(**facts), LARCH_TEAM, today, Policy())


async def make_world() -> World:
    """Store it, with the academic years from 2023 and their pairings."""
    await factories.contract_periods()
    ash = await factories.school()
    alice = await factories.user()
    await factories.access(ash, alice)
    await factories.induction_tutor(ash, alice)
    larch = await factories.lead_provider()
    dogwood, elder = await factories.delivery_partner(), await factories.delivery_partner("Elder Partners")
    for year in (2024, 2025):
        for partner in (dogwood, elder):
            await factories.insert(
                "provider_pairing",
                lead_provider_contract_id=await factories.contract(larch, year),
                delivery_partner_id=partner.id,
                lead_provider_id=larch.id,
                contract_period_year=year,
            )
    return World(ash, alice, larch, dogwood, elder)


@contextmanager
def refuses(*expected: tuple[str, str]) -> Iterator[None]:
    """The body is refused with exactly these fields and codes, in this order."""
    with pytest.raises(Refused) as caught:
        yield
    refusals = caught.value.details["refusals"]
    assert [(refusal.field, refusal.code) for refusal in refusals] == list(expected)  # type: ignore[attr-defined]
    assert (caught.value.field, caught.value.code) == expected[0]


async def stored(training: Any) -> Any:
    """The training row as it is now."""
    return await fetch_one("SELECT * FROM training_period WHERE id = $1", training["id"])


async def rows_of(stay: Stay) -> list[Any]:
    """Every training row of a person, in order."""
    return await fetch("SELECT * FROM training_period WHERE teacher_id = $1 ORDER BY started_on, id", stay.teacher.id)


async def kinds() -> list[str]:
    """The kinds of the events recorded, in order."""
    return [row["kind"] for row in await fetch("SELECT kind FROM event ORDER BY id")]


async def mail(message_id: str, state: str = "pending") -> list[str]:
    """Who gets a message that waits, or has another state."""
    rows = await fetch("SELECT recipient FROM message WHERE message_id = $1 AND state = $2", message_id, state)
    return [row["recipient"] for row in rows]


async def declare(training: Any, day: date = date(2025, 11, 1), **facts: Any) -> None:
    """A declaration on a training."""
    await factories.insert("declaration", training_period_id=training["id"], type="started", declared_on=day, **facts)


ECT, MENTOR = Role.ECT, Role.MENTOR
