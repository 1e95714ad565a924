"""Lead providers name another delivery partner for a partnership (API-11.6)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.sight import OWNER, seen_by
from app.training.change_delivery_partner import ChangeDeliveryPartner, change_delivery_partner
from app.training.provider_acts import Unreadable
from tests import factories
from tests.training.acts import LARCH_TEAM, TODAY, kinds, make_world, on, refuses

if TYPE_CHECKING:
    from tests.training.acts import World

CHALLENGED = {"challenged_at": clock.at_noon(TODAY), "challenge_reason": "looks_like_a_mistake"}


@pytest.fixture
async def world(database: None) -> World:
    with on(date(2025, 9, 1)):
        return await make_world()


async def changes(world: World, held: Any, partner: Any) -> bool:
    with on(TODAY):
        return await change_delivery_partner(ChangeDeliveryPartner(world.larch.id, held["id"], partner), LARCH_TEAM)


@pytest.mark.rule("API-11.6")
@pytest.mark.rule("PT-06")
async def test_the_row_keeps_its_id_and_window_and_gets_the_partner_also_after_the_window(world: World) -> None:
    held = await world.reported(reported_at=clock.at_noon(date(2025, 6, 2)))
    assert await changes(world, held, world.elder.id)
    row = await fetch_one("SELECT * FROM school_partnership")
    assert row is not None
    assert (row["id"], row["delivery_partner_id"]) == (held["id"], world.elder.id)
    assert row["reported_at"] == held["reported_at"]
    assert await kinds() == ["school_partnership_updated"]


@pytest.mark.rule("API-11.6")
@pytest.mark.rule("API-19.5")
async def test_the_present_partner_writes_nothing_even_when_the_pair_has_ended(world: World) -> None:
    held = await world.reported()
    with seen_by(OWNER):
        await fetch("ALTER TABLE school_partnership DROP CONSTRAINT paired")
    await fetch("DELETE FROM provider_pairing")
    assert not await changes(world, held, world.dogwood.id)
    assert await kinds() == []


@pytest.mark.rule("API-11.6")
@pytest.mark.parametrize(
    ("partner", "code"), [(Unreadable.BLANK, "blank"), (Unreadable.UNKNOWN, "unknown"), (0, "unknown")]
)
async def test_the_partner_must_be_known(world: World, partner: Any, code: str) -> None:
    with refuses(("delivery_partner_id", code)):
        await changes(world, await world.reported(), partner)


@pytest.mark.rule("API-11.6")
async def test_the_partner_must_work_with_the_lead_provider_that_year(world: World) -> None:
    fir = await factories.delivery_partner("Fir Partners")
    with refuses(("delivery_partner_id", "not_paired")):
        await changes(world, await world.reported(), fir.id)


@pytest.mark.rule("API-11.6")
@pytest.mark.parametrize(
    ("facts", "code"), [({"origin": "carried_forward"}, "pair_exists"), (CHALLENGED, "pair_challenged")]
)
async def test_the_school_has_no_other_row_of_the_pair(world: World, facts: dict[str, Any], code: str) -> None:
    await world.reported(world.elder, **facts)
    with refuses(("delivery_partner_id", code)):
        await changes(world, await world.reported(), world.elder.id)
    assert await kinds() == []


@pytest.mark.rule("API-11.6")
@pytest.mark.parametrize("whose", ["challenged", "another lead provider's"])
async def test_only_an_unchallenged_partnership_of_its_own_can_be_changed(world: World, whose: str) -> None:
    if whose == "challenged":
        held = await world.reported(**CHALLENGED)
    else:
        held = await factories.partnership(world.ash, await factories.lead_provider("Oak Training"), world.dogwood)
    with pytest.raises(LookupError):
        await changes(world, held, world.elder.id)
