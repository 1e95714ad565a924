"""Walking the registration of a mentor, and what it left behind."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from app.db.engine import fetch, fetch_one
from tests.web.register_ect import history
from tests.web.register_ect.walking import YES_NAME, Walker, identity

if TYPE_CHECKING:
    from tests.web.register_ect.conftest import World

TOM, VIC = "9900002", "9900020"
"""Tom becomes a mentor; Vic is one somewhere else in some tests."""
EMAIL = {"email": "tom@ash.example"}
ACCEPT = {"mentor_training": "accept"}
ONLY_HERE, ALSO_ELSEWHERE = {"only_at_your_school": "yes"}, {"only_at_your_school": "no"}
SINCE = date(2025, 9, 1)


class MentorWalker(Walker):
    """One registration of a mentor in one browser; ect: the public id of the ECT it is started from."""

    async def start(self, ect: Any = None) -> MentorWalker:
        """Make a draft from the start page."""
        about = f"?ect_id={ect}" if ect else ""
        assert (await self.browser.get(f"/school/register-mentor{about}")).status_code == 200
        fields = {"ect_id": str(ect)} if ect else {}
        await self._follow(await self.browser.post("/school/register-mentor", fields))
        return self

    async def to_name(self, trn: str = TOM, ect: Any = None) -> MentorWalker:
        """Walk to whatever follows the identity."""
        await self.start(ect)
        await self.answer(**identity(trn))
        return self

    async def past_email(self, trn: str = TOM, ect: Any = None) -> MentorWalker:
        """Walk past the email address."""
        await self.to_name(trn, ect)
        await self.answer("email-address", **YES_NAME)
        await self.answer(**EMAIL)
        return self

    async def confirm(self) -> None:
        """Confirm, and expect the confirmation."""
        assert self.step == "check-answers", (self.step, self.browser.text()[:300])
        await self.answer("confirmation")


async def ect_with(
    world: World, provider: str | None = "Elm", trn: str = "9900001", year: int = 2025, **more: Any
) -> Any:
    """An ECT of Ash School since 1 September: with a lead provider requested, or school-led."""
    stay = await history.ect(world.ash, SINCE, trn=trn)
    if provider is None:
        await history.school_led(stay, **more)
    else:
        await history.provider_led(world, stay, provider, year, **more)
    return stay


async def mentor_training(world: World, stay: Any, provider: str = "Oak", year: int = 2024, **changes: Any) -> Any:
    """Training of a mentor for a whole stay, requested."""
    role = {"role": "mentor", "ect_at_school_period_id": None, "mentor_at_school_period_id": stay["id"]}
    return await history.provider_led(world, stay, provider, year, **{**role, **changes})


async def trained(trn: str = TOM) -> list[dict[str, Any]]:
    """Every mentor training of a person, the earliest first."""
    rows = await fetch(
        """SELECT tp.started_on, tp.finished_on, tp.contract_period_year AS year, lp.name AS provider,
            dp.name AS partner, tp.requested_at IS NOT NULL AS requested, sc.identifier AS schedule, s.name AS school
        FROM training_period tp JOIN teacher t ON t.id = tp.teacher_id JOIN school s ON s.id = tp.school_id
        JOIN lead_provider lp ON lp.id = tp.lead_provider_id JOIN schedule sc ON sc.id = tp.schedule_id
        LEFT JOIN school_partnership p ON p.id = tp.school_partnership_id
        LEFT JOIN delivery_partner dp ON dp.id = p.delivery_partner_id
        WHERE t.trn = $1 AND tp.role = 'mentor' ORDER BY tp.started_on""",
        trn,
    )
    return [dict(row) for row in rows]


async def mentors_of(stay: Any) -> list[tuple[str, date, date | None]]:
    """Who mentors an ECT: TRN, first and last day."""
    rows = await fetch(
        """SELECT t.trn, m.started_on, m.finished_on FROM mentorship_period m JOIN teacher t ON t.id = m.mentor_teacher_id
        WHERE m.ect_at_school_period_id = $1 AND m.cancelled_at IS NULL ORDER BY m.started_on""",
        stay["id"],
    )
    return [(row["trn"], row["started_on"], row["finished_on"]) for row in rows]


async def stays(trn: str = TOM) -> list[tuple[str, date, date | None, str | None]]:
    """Every mentor stay of a person: school, first and last day, why it ended."""
    rows = await fetch(
        """SELECT s.name, m.started_on, m.finished_on, m.end_reason FROM mentor_at_school_period m
        JOIN teacher t ON t.id = m.teacher_id JOIN school s ON s.id = m.school_id WHERE t.trn = $1
        ORDER BY m.started_on, m.id""",
        trn,
    )
    return [(row["name"], row["started_on"], row["finished_on"], row["end_reason"]) for row in rows]


async def sent() -> dict[str, list[str]]:
    """The addresses that mail was queued for, by message."""
    found: dict[str, list[str]] = {}
    for row in await fetch("SELECT message_id, recipient FROM message ORDER BY recipient"):
        found.setdefault(row["message_id"], []).append(row["recipient"])
    return found


async def kinds_of_event() -> list[str]:
    """The kinds of every event about training and people, in their order."""
    rows = await fetch("SELECT kind FROM event WHERE teacher_id IS NOT NULL ORDER BY id")
    return [row["kind"] for row in rows]


async def state_of_draft() -> str:
    """The state of the only draft."""
    row = await fetch_one("SELECT state FROM draft")
    assert row is not None
    return str(row["state"])
