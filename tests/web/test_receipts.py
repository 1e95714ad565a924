"""Delivery receipts from whoever sends our mail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from pydantic import SecretStr

from app import clock
from app.db.transaction import transaction
from app.notices.deliver import deliver_due
from app.notices.sender import Accepted
from app.settings import Settings, settings
from app.web.receipts import is_sender
from tests.notices.doubles import RecordingSender
from tests.notices.rows import NOON, queue, state_of

if TYPE_CHECKING:
    import httpx

    from tests.web.conftest import Browser

PATH = "/webhooks/notify/receipt"
TOKEN = {"Authorization": "Bearer the-receipt-token"}


@pytest.fixture
def app_settings() -> Settings:
    return settings().model_copy(update={"notify_receipt_token": SecretStr("the-receipt-token")})


async def post(client: Browser, body: object, headers: dict[str, str] = TOKEN) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.send("POST", PATH, content=content, headers={"Content-Type": "application/json", **headers})


@pytest.mark.rule("NOT-2.7")
@pytest.mark.rule("EXT-5.7")
async def test_a_receipt_with_the_token_is_stored(client: Browser) -> None:
    with clock.at(NOON):
        async with transaction():
            message = await queue("rory@amberley.example")
        await deliver_due(RecordingSender(Accepted("7")))
    body = {"id": str(uuid4()), "reference": str(message), "status": "delivered", "to": "rory@amberley.example"}
    for headers in ({}, {"Authorization": "Bearer another"}, {"Authorization": "the-receipt-token"}):
        assert (await post(client, body, headers)).status_code == 401
    assert await state_of(message) == "accepted"
    assert (await post(client, body)).status_code == 204
    assert await state_of(message) == "delivered"
    for again in (body | {"status": "permanent-failure"}, body | {"reference": str(uuid4())}, body):
        assert (await post(client, again)).status_code == 204
    assert await state_of(message) == "delivered"


@pytest.mark.rule("NOT-2.7")
@pytest.mark.rule("EXT-5.7")
@pytest.mark.parametrize("body", [b"", b"[]", b"\xff\xfe{", b'{"id": "\\u0000"}', b"x" * 5000])
async def test_whatever_is_posted_with_the_token_is_answered_well(client: Browser, body: bytes) -> None:
    assert (await post(client, body)).status_code == 204


@pytest.mark.rule("NOT-2.7")
def test_without_a_token_of_ours_nobody_is_the_sender() -> None:
    unset = Settings(environment="test")
    assert not is_sender("Bearer ", unset)
    assert not is_sender("", unset)
    assert not is_sender("Bearer ", Settings(environment="test", notify_receipt_token=""))
