"""Somebody who works for two schools opens something of the other one (ACC-14.7)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from lxml import html

from app.db.transaction import transaction
from app.drafts import store
from app.drafts.store import NewDraft
from app.policy import Policy
from app.terms import Actor, ActorKind, DraftKind, SchoolId, UserId
from tests import factories
from tests.cast import Cast, cast, sign_in

if TYPE_CHECKING:
    from uuid import UUID

LINE = "You may need to change school."


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored; Alice works for both schools."""
    made = await cast()
    await factories.access(made.birch, made.alice)
    return made


async def theirs(people: Cast) -> dict[str, UUID]:
    """Store something of Birch School of each kind, by the address that it would have."""
    actor = Actor(ActorKind.SCHOOL_USER, "Carla Cole", "carla@birch.example", UserId(people.carla.id))
    async with transaction():
        draft = await store.start(
            NewDraft(DraftKind.REGISTER_ECT, "register-ect", SchoolId(people.birch.id)), actor, Policy()
        )
    ect, mentor = await factories.ect(people.birch), await factories.mentor(people.birch)
    return {
        "/school/ects/{}": ect.public_id,
        "/school/ects/{}/history": ect.public_id,
        "/school/ects/{}/report-leaving": ect.public_id,
        "/school/mentors/{}": mentor.public_id,
        "/school/drafts/{}/delete": draft,
        "/school/register-ect/{}/find-ect": draft,
    }


@pytest.mark.rule("ACC-14.7", "ACC-14.2")
async def test_only_their_own_other_school_is_hinted_at(client: Any, people: Cast) -> None:
    found = await theirs(people)
    await sign_in(client, people.alice, people.ash)

    for path, public_id in found.items():
        answer = await client.get(path.format(public_id))
        assert answer.status_code == 404
        assert LINE in client.text(), path
        assert html.fromstring(answer.text).xpath("//main//a/@href")[0] == "/school/choose"
        unknown = await client.get(path.format(uuid4()))
        assert LINE not in client.text()
        assert answer.text.count("<h1") == unknown.text.count("<h1") == 1


@pytest.mark.rule("ACC-14.7")
async def test_access_that_has_ended_hints_at_nothing(client: Any, people: Cast) -> None:
    third = await factories.school("100003", "Cedar School")
    await factories.access(third, people.alice, ended_at=factories.noon(date(2025, 10, 1)))
    ect = await factories.ect(third, "Ora Other")
    ours = await factories.mentor(people.ash)
    await sign_in(client, people.alice, people.ash)

    for public_id in (ect.public_id, ours.public_id):
        assert (await client.get(f"/school/ects/{public_id}")).status_code == 404
        assert LINE not in client.text()


@pytest.mark.rule("ACC-14.2", "ACC-14.7")
async def test_somebody_of_one_school_never_sees_the_line(client: Any, people: Cast) -> None:
    found = await theirs(people)
    await sign_in(client, people.bob, people.ash)

    for path, public_id in found.items():
        assert (await client.get(path.format(public_id))).status_code == 404
        assert LINE not in client.text()
