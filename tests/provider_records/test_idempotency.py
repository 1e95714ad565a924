"""Answers kept for repeats (API-19.1 to API-19.4)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.clock import machine_now
from app.db.engine import fetch
from app.db.transaction import transaction
from app.provider_records.idempotency import (
    KEPT_FOR,
    InProgress,
    KeptAnswer,
    KeyReused,
    begin,
    forget_answers,
    keep,
)
from app.terms import LeadProviderId
from tests import factories

NOW = datetime(2025, 11, 24, 12, tzinfo=UTC)
ONE_MOMENT = timedelta(microseconds=1)


async def answered(of: LeadProviderId, key: str = "k", digest: bytes = b"d", at: datetime = NOW) -> None:
    async with transaction():
        assert await begin(of, key, digest, at) is None
        await keep(of, key, digest, 200, '{"data":{}}', at)


@pytest.mark.rule("API-19.2")
async def test_the_same_request_gets_the_kept_answer_for_24_hours(database: None) -> None:
    larch = LeadProviderId((await factories.lead_provider()).id)
    await answered(larch)
    assert await begin(larch, "k", b"d", NOW + KEPT_FOR - ONE_MOMENT) == KeptAnswer(200, '{"data":{}}')
    await answered(larch, digest=b"another", at=NOW + KEPT_FOR)


@pytest.mark.rule("API-19.3", "API-19.1")
async def test_a_key_is_for_one_request_of_one_lead_provider(database: None) -> None:
    larch = LeadProviderId((await factories.lead_provider()).id)
    maple = LeadProviderId((await factories.lead_provider("Maple Training")).id)
    await answered(larch)
    with pytest.raises(KeyReused):
        await begin(larch, "k", b"another", NOW)
    await answered(maple, digest=b"another")
    await answered(larch, "K", b"another")


@pytest.mark.rule("API-19.4", "API-19.3")
async def test_while_the_first_runs_the_key_is_taken_and_what_it_did_not_keep_is_new(committed_database: str) -> None:
    larch = LeadProviderId((await factories.lead_provider()).id)
    begun, ends = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with transaction():
            assert await begin(larch, "k", b"d", NOW) is None
            begun.set()
            await ends.wait()
            raise LookupError("a fault")

    running = asyncio.create_task(first())
    await begun.wait()
    async with transaction():
        with pytest.raises(InProgress):
            await begin(larch, "k", b"d", NOW)
    ends.set()
    with pytest.raises(LookupError):
        await running
    await answered(larch)


@pytest.mark.rule("API-19.2")
async def test_kept_answers_are_erased_after_a_day(database: None) -> None:
    larch = LeadProviderId((await factories.lead_provider()).id)
    await answered(larch, "old", at=machine_now() - KEPT_FOR)
    await answered(larch, "new", at=machine_now())
    assert await forget_answers() == 1
    assert [row["key"] for row in await fetch("SELECT key FROM idempotent_request")] == ["new"]
