"""The client of GOV.UK Notify against its stand-in: one outcome for whatever happens, and never two mails."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from app import clock
from app.adapters.mail import TemplatesMissing, mailer
from app.adapters.notify import LIMITS, NotifyClient, NotifyKey, OnlyAllowed, template_of
from app.adapters.notify_wire import read_receipt
from app.notices.message import TEXTS
from app.notices.sender import (
    Accepted,
    BadAddress,
    DailyLimit,
    Delivery,
    Mail,
    NotSent,
    Receipt,
    Rejected,
    Sent,
    SlowDown,
    Stop,
    Unknown,
)
from app.settings import Settings, ValidationError
from app.stand_ins.notify import running_stand_in
from app.stand_ins.notify_file import DEFAULT_KEY, SECRET, SERVICE_ID
from app.terms import FailureCause
from tests.adapters.contract import notify as contract
from tests.notices.doubles import RecordingSender

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from app.notices.sender import Finding, Outcome

TEMPLATE = "00000000-0000-4000-8000-000000000003"
TO = "rory@amberley.example"
SOON = replace(LIMITS, attempt=0.5, step=0.5)
MAIL = Mail(
    reference=UUID(int=7),
    message_id="M-40",
    to=TO,
    subject="A subject",
    body="Dear [x](y)",
    text="M-40",
    markdown="Dear \\[x\\](y)",
    fields={"school": "Amberley", "name": "Rory"},
    typed=("name",),
    unsubscribe="https://register.example/opt-out?token=x",
)


class Outside:
    """The stand-in as a test drives it."""

    def __init__(self, url: str, control: httpx.AsyncClient) -> None:
        self.url = url
        self.control = control

    def client(self, key: str = DEFAULT_KEY) -> NotifyClient:
        return NotifyClient(self.url, NotifyKey.parse(key), {"*": TEMPLATE}, limits=SOON)

    async def serve(self, **content: Any) -> httpx.Response:
        return await self.control.put("/__stand-in/data", json={"format": 1, **content})

    async def fail(self, *faults: dict[str, object]) -> None:
        answer = await self.control.put("/__stand-in/faults", json=list(faults))
        assert answer.status_code == 204, answer.text

    async def read(self, name: str, **query: str) -> Any:
        return (await self.control.get(f"/__stand-in/{name}", params=query)).json()

    async def send(self, mail: Mail = MAIL, key: str = DEFAULT_KEY) -> Outcome:
        client = self.client(key)
        try:
            return await client.send(mail)
        finally:
            await client.close()

    async def find(self, reference: UUID) -> Finding:
        client = self.client()
        try:
            return await client.find(reference)
        finally:
            await client.close()


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    async with (
        running_stand_in({"format": 1}) as url,
        httpx.AsyncClient(base_url=url, trust_env=False) as control,
    ):
        yield Outside(url, control)


@pytest.mark.rule("EXT-5.2")
@pytest.mark.rule("EXT-5.9")
@pytest.mark.rule("NOT-2.3")
async def test_a_mail_is_sent_with_its_reference_and_what_was_typed_is_named(outside: Outside) -> None:
    outcome = await outside.send()
    (asked,) = await outside.read("requests")
    assert (asked["method"], asked["path"], asked["status"]) == ("POST", "/v2/notifications/email", 201)
    body = contract.Request.model_validate(asked["body"])
    assert (body.email_address, body.template_id, body.reference) == (TO, UUID(TEMPLATE), str(MAIL.reference))
    assert body.personalisation == {**MAIL.fields, "subject": MAIL.subject, "body": MAIL.markdown}
    assert body.sanitise_content_for == ["name"]
    assert body.one_click_unsubscribe_url == MAIL.unsubscribe
    (taken,) = await outside.read("messages", to=TO)
    assert outcome == Accepted(taken["id"])


@pytest.mark.rule("EXT-5.9")
@pytest.mark.rule("EXT-6.3")
async def test_the_stand_in_answers_in_the_shape_of_the_contract(outside: Outside) -> None:
    key = NotifyKey.parse(DEFAULT_KEY)
    headers = {"Authorization": f"Bearer {key.token()}"}
    body = {"email_address": TO, "template_id": TEMPLATE, "reference": "x"}
    async with httpx.AsyncClient(base_url=outside.url, headers=headers, trust_env=False) as http:
        taken = contract.Taken.model_validate((await http.post("/v2/notifications/email", json=body)).json())
        one = await http.get(f"/v2/notifications/{taken.id}")
        assert contract.Notification.model_validate(one.json()).status == "delivered"
        found = await http.get("/v2/notifications", params={"reference": "x", "template_type": "email"})
        assert contract.Notifications.model_validate(found.json()).notifications[0].id == taken.id
        for wrong in ({"colour": "blue"}, {"personalisation": {"a": 1}}, {"template_id": "x"}):
            refused = await http.post("/v2/notifications/email", json=body | wrong)
            assert refused.status_code == 400
            assert contract.Problems.model_validate(refused.json()).errors[0].error == "ValidationError"
        assert (await http.get(f"/v2/notifications/{uuid4()}")).status_code == 404


@pytest.mark.rule("EXT-5.4")
@pytest.mark.rule("EXT-1.7")
async def test_each_call_is_signed_by_the_machines_clock(outside: Outside) -> None:
    with clock.at(clock.parse("2019-03-01")):
        assert isinstance(await outside.send(), Accepted)
        token = jwt.decode(NotifyKey.parse(DEFAULT_KEY).token(), OctKey.import_key(SECRET))
    assert (token.header, token.claims["iss"]) == ({"typ": "JWT", "alg": "HS256"}, SERVICE_ID)
    assert abs(token.claims["iat"] - clock.machine_now().timestamp()) < 30
    assert await outside.send(key=DEFAULT_KEY[:-1] + "1") == Stop("forbidden")
    assert await outside.send(key=f"name-{uuid4()}-{SECRET}") == Stop("forbidden")


@pytest.mark.rule("EXT-5.4")
@pytest.mark.parametrize(
    "key", ["", "name", f"name-{SERVICE_ID}", f"{SERVICE_ID}-not-a-secret", f"x-{SECRET}-{SECRET}x"]
)
def test_another_form_of_key_is_a_fault_at_the_start(key: str) -> None:
    with pytest.raises(ValueError, match="joined by hyphens"):
        NotifyKey.parse(key)
    if key:
        with pytest.raises(ValidationError) as found:
            Settings(
                environment="test", notify_api_key=key, notify_base_url="http://127.0.0.1:1", notify_templates=TEMPLATE
            )
        assert "NOTIFY_API_KEY is not a name" in str(found.value.errors(include_input=False))


OUTCOMES: dict[str, tuple[dict[str, object], Outcome | type]] = {
    "unauthorised": ({"answer": "unauthorised"}, Stop("unauthorised")),
    "forbidden": ({"answer": "forbidden"}, Stop("forbidden")),
    "too fast": ({"answer": "rate_limited"}, SlowDown),
    "daily limit": ({"answer": "daily_limit"}, DailyLimit()),
    "500": ({"answer": "server_error"}, Unknown(FailureCause.SERVER_ERROR)),
    "502 in HTML": ({"answer": "bad_gateway_html"}, Unknown(FailureCause.SERVER_ERROR)),
    "503": ({"answer": "unavailable"}, Unknown(FailureCause.SERVER_ERROR)),
    "cut off": ({"answer": "truncated_json"}, Unknown(FailureCause.CONTRACT)),
    "a page": ({"answer": "html_200"}, Unknown(FailureCause.CONTRACT)),
    "broken connection": ({"answer": "drop_connection"}, Unknown(FailureCause.CONNECT)),
    "no answer in time": ({"delay_ms": 2000}, Unknown(FailureCause.TIMEOUT)),
}


@pytest.mark.rule("EXT-5.5")
@pytest.mark.rule("EXT-5.1")
@pytest.mark.rule("NOT-2.4")
@pytest.mark.parametrize(("fault", "expected"), OUTCOMES.values(), ids=OUTCOMES)
async def test_each_answer_is_one_outcome(outside: Outside, fault: dict[str, object], expected: Any) -> None:
    await outside.fail(fault)
    before = clock.now()
    outcome = await outside.send()
    if isinstance(expected, type):
        assert isinstance(outcome, SlowDown)
        assert before + timedelta(seconds=2) <= outcome.until <= clock.now() + timedelta(seconds=10)
    else:
        assert outcome == expected


@pytest.mark.rule("EXT-5.5")
async def test_a_refused_request_is_for_good_and_only_the_address_bounces(outside: Outside) -> None:
    assert await outside.send(replace(MAIL, to="rory+reject@amberley.example")) == BadAddress()
    assert await outside.send(replace(MAIL, to="no address")) == BadAddress()
    await outside.serve(templates=[{"id": TEMPLATE, "name": "All", "fields": ["subject", "body", "postcode"]}])
    assert await outside.send() == Rejected("BadRequestError")
    await outside.serve(templates=[{"id": str(uuid4()), "name": "Another"}])
    assert await outside.send() == Rejected("BadRequestError")
    await outside.serve(templates=[{"id": TEMPLATE, "name": "All", "fields": ["subject", "body"]}])
    assert isinstance(await outside.send(), Accepted)


@pytest.mark.rule("EXT-5.3")
@pytest.mark.rule("EXT-5.6")
async def test_what_was_taken_without_our_hearing_of_it_is_found_by_its_reference(outside: Outside) -> None:
    assert await outside.find(MAIL.reference) == NotSent()
    await outside.fail({"answer": "lose_answer", "times": 1})
    assert isinstance(await outside.send(), Unknown)
    found = await outside.find(MAIL.reference)
    (taken,) = await outside.read("messages", reference=str(MAIL.reference))
    assert found == Sent(taken["id"], Delivery.DELIVERED)
    await outside.fail({"answer": "forbidden", "times": 1}, {"answer": "server_error", "times": 1})
    assert await outside.find(MAIL.reference) == Stop("forbidden")
    assert await outside.find(MAIL.reference) == Unknown(FailureCause.SERVER_ERROR)


STATES = {
    "+bounce": Delivery.PERMANENT_FAILURE,
    "+later": Delivery.TEMPORARY_FAILURE,
    "+technical": Delivery.TECHNICAL_FAILURE,
    "+slow": Delivery.UNDER_WAY,
    "": Delivery.DELIVERED,
}


@pytest.mark.rule("EXT-5.3")
@pytest.mark.rule("EXT-6.12")
@pytest.mark.rule("NOT-8.2")
@pytest.mark.parametrize(("ending", "delivery"), STATES.items())
async def test_what_became_of_a_mail_is_asked_by_its_id(outside: Outside, ending: str, delivery: Delivery) -> None:
    sent = await outside.send(replace(MAIL, to=f"rory{ending}@amberley.example"))
    assert isinstance(sent, Accepted)
    client = outside.client()
    assert await client.state(sent.id) == Sent(sent.id, delivery)
    assert await client.state(str(uuid4())) == NotSent()
    await client.close()


@pytest.mark.rule("EXT-5.7")
@pytest.mark.rule("EXT-6.12")
async def test_receipts_are_posted_and_posted_again_after_a_fault(outside: Outside) -> None:
    async with running_stand_in({"format": 1}) as hook, httpx.AsyncClient(base_url=hook, trust_env=False) as control:
        await control.put("/__stand-in/faults", json=[{"answer": "unavailable", "times": 1}])
        await outside.serve(receipts={"url": f"{hook}/hook", "token": "receipts"})
        await outside.send(replace(MAIL, to="rory+bounce@amberley.example"))
        async with asyncio.timeout(10):
            while len(asked := (await control.get("/__stand-in/requests")).json()) < 2:
                await asyncio.sleep(0.2)
        assert [one["status"] for one in asked] == [503, 403]
    assert asked[0]["body"] == asked[1]["body"]
    contract.Receipt.model_validate(asked[0]["body"])
    read = read_receipt(json.dumps(asked[0]["body"]).encode())
    assert read == Receipt(MAIL.reference, asked[0]["body"]["id"], Delivery.PERMANENT_FAILURE)
    assert "amberley" not in repr(read)


@pytest.mark.rule("EXT-5.7")
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"id": "1", "status": "lost", "reference": "x"}', b"\xff\xfe"])
def test_what_is_no_receipt_is_none(body: bytes) -> None:
    assert read_receipt(body) is None
    known = {"id": "1", "status": "delivered", "reference": str(MAIL.reference)}
    assert read_receipt(json.dumps(known | {"status": "lost"}).encode()) is None
    assert read_receipt(json.dumps(known | {"reference": None}).encode()) is None


@pytest.mark.rule("NOT-2.1")
@pytest.mark.rule("EXT-1.9")
async def test_no_address_or_text_is_logged(outside: Outside, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        await outside.send(replace(MAIL, to="rory+reject@amberley.example"))
        await outside.fail({"answer": "drop_connection"})
        await outside.send()
    ours = [record for record in caplog.records if record.name.startswith("register")]
    assert [(record.system, record.operation, record.outcome) for record in ours] == [  # type: ignore[attr-defined]
        ("notify", "send", "BadAddress"),
        ("notify", "send", "Unknown"),
    ]
    said = caplog.text + " ".join(str(vars(record)) for record in caplog.records if record.name != "asyncio")
    for secret in ("amberley", "A subject", SECRET, "Bearer"):
        assert secret not in said


@pytest.mark.rule("NOT-3.8")
async def test_outside_production_only_those_on_the_list_get_real_mail() -> None:
    real, mailbox = RecordingSender(), RecordingSender()
    sender = OnlyAllowed(real, mailbox, frozenset({"rory@amberley.example", "@team.example"}))
    for to in ("Rory@Amberley.example", "bob@amberley.example", "eve@team.example", "eve@not-team.example"):
        await sender.send(replace(MAIL, to=to))
    assert [mail.to for mail in real.mails] == ["Rory@Amberley.example", "eve@team.example"]
    assert [mail.to for mail in mailbox.mails] == ["bob@amberley.example", "eve@not-team.example"]


def given(**more: Any) -> Settings:
    usual = {"notify_api_key": DEFAULT_KEY, "notify_base_url": "https://notify.example", "notify_templates": TEMPLATE}
    return Settings(environment="test", **usual | more)


@pytest.mark.rule("NOT-3.8")
async def test_the_settings_choose_the_sender() -> None:
    chosen = [
        mailer(given()),
        mailer(given(mail_allow_list="@team.example, Bob@a.example")),
        mailer(given(notify_base_url="http://127.0.0.1:9204")),
        mailer(given(notify_base_url="http://127.0.0.1:9204", mail_allow_list="@team.example")),
    ]
    nobody, some, stand_in, guarded = (one.sender for one in chosen)
    assert isinstance(nobody, OnlyAllowed)
    assert not nobody.allows("bob@a.example")
    assert isinstance(some, OnlyAllowed)
    assert some.allows("BOB@a.example")
    assert isinstance(stand_in, NotifyClient)
    assert isinstance(guarded, OnlyAllowed)
    for one in chosen:
        await one.close()


@pytest.mark.rule("NOT-2.3")
async def test_every_text_needs_a_template() -> None:
    each = ",".join(f"{message.id}={TEMPLATE}" for message in TEXTS.values() if message.id != "M-12")
    with pytest.raises(TemplatesMissing, match=r"for M-12-paused, M-12-stopped$"):
        mailer(given(notify_templates=each))
    other = str(uuid4())
    templates = given(notify_templates=f"{each},M-12={TEMPLATE},M-12-paused={other}").templates_of_notify
    assert (template_of(templates, "M-12-paused", "M-12"), template_of(templates, "M-12-stopped", "M-12")) == (
        other,
        TEMPLATE,
    )
    with pytest.raises(ValidationError, match="M-01 has no template id"):
        given(notify_templates="M-01=welcome")
