"""No step of a journey of school users can be skipped: each is asked for cold, out of order and after the end.

The routes say which journeys there are; a walk through each says which steps it has and what is sent from them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from app.db.engine import fetch
from app.db.transaction import transaction
from app.drafts import store
from app.drafts.store import NewDraft
from app.policy import Policy
from app.settings import settings
from app.terms import Actor, ActorKind, DraftKind, SchoolId, UserId
from tests.applications import application
from tests.cast import sign_in
from tests.web.autopilot import main_form
from tests.web.conftest import PERSONAS
from tests.web.test_forms_forged import DONE_AT_ONCE, OutOfReach, Place, fits, forms, place, undone
from tests.web.test_isolation import Ids, address, contents, same_words, school_routes

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from tests.web.autopilot import PostedForm
    from tests.web.conftest import Browser

CHECK = "check-answers"
ALWAYS = (CHECK, "confirmation")
"""What every journey has, whichever steps lie before."""
A_STEP = re.compile(r"/[0-9a-f-]{36}/[a-z-]+$")
FEWEST_PAIRS = 80
"""So many times, at least, a walk stands at one step and a later one is asked for."""

Steps = dict[str, dict[str, dict[str, str]]]
"""Of each journey, by the pattern of its steps' address: the steps in their order, with what is sent from each."""


@pytest.fixture
def app() -> Any:
    return application(settings(), trs=OutOfReach(), personas=PERSONAS)


@dataclass(frozen=True)
class Walked:
    """The school that is walked through, and what was found there."""

    place: Place
    steps: Steps
    tokens: Mapping[str, str]

    def pattern(self, form: PostedForm) -> str | None:
        """Return which journey's step a form is of; None for a page that belongs to no draft."""
        return pattern_of(self.steps, form)

    def after(self, form: PostedForm) -> list[str]:
        """Return the steps that lie behind the one a form is of."""
        pattern = self.pattern(form)
        assert pattern is not None
        names, here = list(self.steps[pattern]), form.url.rpartition("/")[2]
        return names[names.index(here) + 1 :]

    async def ask(self, client: Browser, pattern: str, draft: str, step: str) -> tuple[httpx.Response, httpx.Response]:
        """Ask for a step of a draft and send what is sent from it."""
        sent = {**self.steps[pattern].get(step, {}), **self.tokens}
        asked = await client.get(f"{draft}/{step}")
        return asked, await client.send("POST", f"{draft}/{step}", data=sent)


def pattern_of(steps: Steps, form: PostedForm) -> str | None:
    shapes = {pattern: re.sub(r"\{\w+_id\}", "_", pattern) for pattern in steps}
    is_step = A_STEP.search(form.url) is not None
    return next((pattern for pattern, shape in shapes.items() if is_step and fits(shape, form.shape)), None)


@pytest.fixture
async def walked(client: Browser, app: Any) -> Walked:
    """Walk through every journey of Ash as Alice, leaving nothing behind."""
    client.linted = False  # the same pages pass the lint wherever they are tested
    made = await place(app)
    await sign_in(client, made.people.alice, made.people.ash)
    await client.post("/school/choose", {"school_id": str(made.people.ash.public_id)})
    await client.get("/school/support")
    tokens = client.hidden()
    steps: Steps = {path: {} for path, method in school_routes(app) if path.endswith("/{step}") and method == "POST"}
    async with undone():
        async for form in forms(client, made):
            if (pattern := pattern_of(steps, form)) is not None:
                steps[pattern][form.url.rpartition("/")[2]] = form.filled()
    for names in steps.values():
        for step in ALWAYS:
            names[step] = names.pop(step, {})
    return Walked(made, steps, tokens)


def leads_to(answer: httpx.Response) -> str:
    """Return the path that an answer redirects to; empty for one that does not."""
    return answer.headers["location"].partition("?")[0] if answer.status_code in {302, 303} else ""


@pytest.mark.rule("SEC-2", "DRF-03")
async def test_no_step_of_any_journey_can_be_skipped(client: Browser, walked: Walked) -> None:
    for check in (check_nobodys, check_blank, check_deleted, check_out_of_order):
        async with undone():
            await check(client, walked)


async def check_out_of_order(client: Browser, walked: Walked) -> None:
    """Fail unless a later step leads back to the one to answer, and writes nothing."""
    pairs, reached, submitted = 0, set(), set()
    async for form in forms(client, walked.place):
        pattern = walked.pattern(form)
        if pattern is None:
            continue
        reached.add(pattern)
        before, draft = await all_but_notes(), form.url.rpartition("/")[0]
        for step in walked.after(form):
            for answer in await walked.ask(client, pattern, draft, step) if step != "confirmation" else ():
                assert leads_to(answer) == form.url, (form.url, step, answer.status_code, answer.headers)
            pairs += 1
        assert leads_to(await client.get(f"{draft}/confirmation")) == form.url, form.url
        assert await all_but_notes() == before, form.url
        if form.saves and await is_over_once_submitted(client, walked, pattern, form):
            submitted.add(pattern)
    assert reached == set(walked.steps) - {path for path in walked.steps if is_done_at_once(path)}
    assert pairs >= FEWEST_PAIRS
    assert submitted == reached


def is_done_at_once(pattern: str) -> bool:
    return re.sub(r"\{\w+_id\}", "_", pattern) in DONE_AT_ONCE


async def is_over_once_submitted(client: Browser, walked: Walked, pattern: str, form: PostedForm) -> bool:
    """Submit, and fail when a step shows or does anything afterwards; False when it could not be submitted."""
    draft = form.url.rpartition("/")[0]
    async with undone():
        saved = await client.send("POST", form.url, data=form.filled())
        if leads_to(saved) != f"{draft}/confirmation":
            return False
        before = await all_but_notes()
        for step in walked.steps[pattern]:
            if step != "confirmation":
                for answer in await walked.ask(client, pattern, draft, step):
                    assert leads_to(answer) == f"{draft}/confirmation", (draft, step, answer.status_code)
        assert await all_but_notes() == before, draft
    return True


async def check_blank(client: Browser, walked: Walked) -> None:
    """Fail unless a draft without answers leads to its first step, whatever is asked for."""
    mine = await with_a_new_registration(walked.place)
    led = 0
    before = await all_but_notes()
    for pattern, steps in walked.steps.items():
        draft = address(pattern, mine, "", "").rpartition("/")[0]
        first = leads_to(await client.get(f"{draft}/{CHECK}"))
        for step in steps:
            if f"{draft}/{step}" == first:
                continue
            for answer in await walked.ask(client, pattern, draft, step):
                assert leads_to(answer) == first, (draft, step, answer.status_code)
                assert first or answer.status_code == 403, (draft, step, answer.status_code)
        led += bool(first)
    assert await all_but_notes() == before
    assert led >= len(walked.steps) * 3 // 4  # the others are for people who leave


async def all_but_notes() -> dict[str, str]:
    """Return a sum of every table, without the note of where a draft stands, which follows from its answers."""
    (drafts,) = await fetch(
        "SELECT md5(string_agg((to_jsonb(d) - 'next_question' - 'stopped_at')::text, '' ORDER BY id)) FROM draft d"
    )
    return {**await contents(), "draft": drafts[0]}


async def with_a_new_registration(made: Place) -> Ids:
    """Return the ids of the school with a draft of a registration in which nobody has been found."""
    alice = made.people.alice
    school_id = SchoolId(made.people.ash.id)
    actor = Actor(ActorKind.SCHOOL_USER, alice.name, alice.email, UserId(alice.id), school_id)
    async with transaction():
        new = await store.start(NewDraft(DraftKind.REGISTER_ECT, "register-ect", school_id), actor, Policy())
    return replace(made.mine, drafts={**made.mine.drafts, "register-ect": new})


async def check_nobodys(client: Browser, walked: Walked) -> None:
    """Fail if a draft of nobody or of another school has any step."""
    before = await all_but_notes()
    mine, theirs = walked.place.mine, walked.place.theirs
    for pattern, steps in walked.steps.items():
        for value in (theirs.of("draft_id", pattern), str(uuid4())):
            draft = address(pattern, mine, "draft_id", value).rpartition("/")[0]
            for step in steps:
                for answer in await walked.ask(client, pattern, draft, step):
                    assert answer.status_code == 404, (draft, step, answer.status_code)
    assert await all_but_notes() == before


async def check_deleted(client: Browser, walked: Walked) -> None:
    """Fail unless a deleted draft says so at every step, and takes nothing."""
    mine = walked.place.mine
    await fetch(
        """UPDATE draft SET state = 'deleted', ended_at = updated_at, answers = '{}', answer_versions = '{}',
        trs_snapshot = NULL, trs_fetched_at = NULL, identity_match = NULL, trn = NULL WHERE id = ANY($1)""",
        list(mine.drafts.values()),
    )
    before, said = await all_but_notes(), 0
    for pattern, steps in walked.steps.items():
        draft = address(pattern, mine, "", "").rpartition("/")[0]
        words = words_of(await client.get(f"{draft}/{CHECK}"), CHECK)
        for step in steps:
            for answer in await walked.ask(client, pattern, draft, step):
                assert answer.status_code in {200, 403}, (draft, step, answer.status_code)
                assert words_of(answer, step) == words, (draft, step)
                assert main_form(answer.text, draft) is None, (draft, step)
                said += answer.status_code == 200
    assert await all_but_notes() == before
    assert said > len(walked.steps)


def words_of(answer: httpx.Response, step: str) -> str:
    return same_words(answer.text, step)
