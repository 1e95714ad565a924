"""What an email may say, and how it reads."""

from __future__ import annotations

import re
import typing
from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest

from app.notices import kinds
from app.notices.catalogue import TEXTS, Message, RegisteredAsECTProviderLed, TransferredAsECT
from app.notices.kinds import FieldKind
from app.notices.outbox import Content, leads_inside
from app.notices.rendering import SUBJECT, render
from app.notices.titles import TITLES, titled
from app.notices.wording import kinds_of
from app.settings import settings
from app.templating import TEMPLATES

LINK = FieldKind.SERVICE_LINK
SPEC = TEMPLATES.parent / "docs" / "spec"
SPECIFIED = "".join((SPEC / name).read_text(encoding="utf-8") for name in ("rules.md", "notifications.md"))
LONGEST = "Wilhelmina-Maximiliane " * 10
VALUES = {
    "shortest": {
        str: "A",
        date: date(2026, 9, 1),
        datetime: datetime(2026, 9, 1, tzinfo=UTC),
        int: 2026,
        bool: True,
        tuple[str, ...]: ("A",),
    },
    "longest": {
        str: LONGEST.strip(),
        date: date(2026, 12, 31),
        datetime: datetime(2026, 12, 31, 22, 59, tzinfo=UTC),
        int: 2026,
        bool: False,
        tuple[str, ...]: (LONGEST.strip(),) * 9,
    },
}


def made(message: type[Message], length: str) -> Message:
    hints = typing.get_type_hints(message)
    return message(**{field.name: VALUES[length][hints[field.name]] for field in fields(message)})


def content(message: Message, **more: bool) -> Content:
    values = {field.name: getattr(message, field.name) for field in fields(message)}
    return Content(message.text, values, **more)


@pytest.mark.rule("ADM-1.3")
def test_every_email_has_a_title_for_staff() -> None:
    assert {message.id for message in TEXTS.values()} == set(TITLES)
    assert titled("M-15 and M-99") == "Email address changed (M-15) and M-99"


@pytest.mark.rule("NOT-3.3")
@pytest.mark.rule("NOT-3.4")
@pytest.mark.parametrize("message", TEXTS.values(), ids=TEXTS)
def test_every_field_is_of_a_kind_that_mail_may_carry(message: type[Message]) -> None:
    hints = typing.get_type_hints(message, include_extras=True)
    for field in fields(message):
        marks = getattr(hints[field.name], "__metadata__", ())
        assert any(isinstance(mark, FieldKind) for mark in marks), field.name


@pytest.mark.rule("NOT-3.4")
def test_the_kinds_are_the_ones_allowed() -> None:
    forbidden = re.compile(r"reference number|\btrn\b|birth|insurance|reason|sanction|email", re.IGNORECASE)
    assert not [kind for kind in kinds.FieldKind if forbidden.search(kind.value)]


@pytest.mark.rule("NOT-4.1")
@pytest.mark.parametrize("length", VALUES)
@pytest.mark.parametrize("message", TEXTS.values(), ids=TEXTS)
def test_every_message_can_be_written(message: type[Message], length: str) -> None:
    mail = render(content(made(message, length)), "help@register.example")
    assert mail.subject
    assert "\n" not in mail.subject
    assert mail.body.count("help@register.example") == 1
    assert "{" not in mail.subject + mail.body
    assert "\n\n\n" not in mail.body


@pytest.mark.rule("MSG-02")
def test_there_is_a_text_for_every_message_and_no_other() -> None:
    texts = {path.stem for path in (TEMPLATES / "emails").glob("M-*.txt")}
    assert texts == set(TEXTS)
    assert {message.id for message in TEXTS.values()} <= set(re.findall(r"\bM-[0-9]{2}\b", SPECIFIED))
    assert all(name.startswith(message.id) for name, message in TEXTS.items())


@pytest.mark.rule("GEN-09")
@pytest.mark.parametrize("message", TEXTS.values(), ids=TEXTS)
def test_no_mail_uses_words_of_the_trade(message: type[Message]) -> None:
    mail = render(content(made(message, "shortest")), "help@register.example")
    assert not re.search(r"\b(cohort|FIP|CIP|DIY|participant|TRS|NINO|TRN)\b", mail.subject + mail.body, re.IGNORECASE)


PUBLIC_PAGES = (
    *("/guidance", "/privacy", "/sign-in", "/sign-in/email", "/request-access", "/support", "/staff/sign-in"),
    "/api/guidance/connecting",
)
"""What anybody may read: how to get in, and what the service is (NOT-3.4)."""
HELP = "https://help.signin.education.gov.uk"
"""Of DfE Sign-in, for those whose address is not known here (M-75)."""
ADDRESS = re.compile(r"https?://[^\s/]+(/[^\s?]*)?")


@pytest.mark.rule("NOT-3.5")
@pytest.mark.parametrize("message", TEXTS.values(), ids=TEXTS)
def test_links_lead_to_the_service_and_nothing_is_tracked(message: type[Message]) -> None:
    filled = made(message, "shortest")
    links = {field.name: "/school/linked" for field in fields(message) if kinds_of(message.text)[field.name] is LINK}
    mail = render(content(replace(filled, **links)), "help@register.example")
    assert not re.search(r"<\s*img|\bcid:|utm_|!\[", mail.body, re.IGNORECASE)
    for found in ADDRESS.finditer(mail.body.replace(HELP, "")):
        assert found[0].startswith(settings().base_url), found[0]
        assert (found[1] or "").startswith("/school/") or found[1] in PUBLIC_PAGES, found[0]


@pytest.mark.rule("NOT-3.5")
@pytest.mark.parametrize("link", ["/sign-in/link/secret", "https://elsewhere.example/school/", "/schools"])
def test_a_link_that_lets_somebody_in_stands_only_in_mail_made_for_it(link: str) -> None:
    inside = {"link": "/school/home"}
    reminder = made(TEXTS["M-44"], "shortest")
    assert leads_inside(replace(reminder, **inside, opt_out="/school/opt-out-of-reminder-emails?token=x"))
    assert not leads_inside(replace(reminder, link=link))
    assert leads_inside(replace(made(TEXTS["M-74"], "shortest"), link=link))


@pytest.mark.rule("NOT-2.3")
@pytest.mark.parametrize(
    ("typed", "harmless"),
    [
        ("Rory Kendal", "Rory Kendal"),
        ("[click](https://evil.example)", "\\[click\\](evil.example)"),
        ("# Big", "\\# Big"),
        ("* one", "\\* one"),
        ("1. first", "\\1. first"),
        ("Brown-Lee", "Brown-Lee"),
    ],
)
def test_what_somebody_typed_makes_no_link_and_no_layout(typed: str, harmless: str) -> None:
    mail = render(content(RegisteredAsECTProviderLed(typed, "Ash", date(2026, 9, 1), "Oak")), "x@y.example")
    assert f"Dear {typed}" in mail.body
    assert f"Dear {harmless}" in mail.markdown


@pytest.mark.rule("M-01")
@pytest.mark.rule("NOT-3.6")
def test_a_teacher_is_told_what_happens_and_how_their_data_is_used() -> None:
    message = RegisteredAsECTProviderLed("Rory Kendal", "Amberley Grove", date(2026, 9, 1), "Oak Training")
    mail = render(content(message), "help@register.example")
    for said in ("Rory Kendal", "Amberley Grove", "1 September 2026", "Oak Training", "/privacy", "/guidance"):
        assert said in mail.body
    assert "This is a copy" not in mail.body


@pytest.mark.rule("NOT-3.2")
def test_a_copy_says_that_it_is_one() -> None:
    message = TransferredAsECT("Rory Kendal", "Amberley Grove", date(2026, 9, 1), "Provider-led")
    mail = render(content(message, copy=True), "help@register.example")
    assert mail.body.startswith("This is a copy of the email we sent to Rory Kendal")


@pytest.mark.rule("AX-33")
@pytest.mark.parametrize("message", TEXTS.values(), ids=TEXTS)
def test_a_mail_says_all_in_plain_sentences_and_what_each_address_is_for(message: type[Message]) -> None:
    body = render(content(made(message, "shortest")), "help@register.example").body
    for line in body.splitlines():
        assert "\t" not in line
        assert not re.search(r"\S {2,}\S|<[a-z/]|\||[_=*#-]{3,}", line), line
        assert not (len(line) > 5 and line.isupper()), line
        for address in re.findall(r"https?://\S+", line):
            before = line.partition(address)[0]
            assert re.search(r"\w.*\w", before), f"nothing says what {address} is for"


@pytest.mark.rule("NOT-3.1")
def test_a_register_address_is_told_how_to_get_access() -> None:
    message = made(TEXTS["M-05"], "shortest")
    assert "needs somebody with access" in render(content(message, explain_access=True), "x@y.example").body
    assert "needs somebody with access" not in render(content(message), "x@y.example").body


@pytest.mark.rule("NOT-2.3")
def test_what_somebody_typed_makes_no_line_of_its_own() -> None:
    message = TEXTS["M-11"](name="Ann\n\nSubject: Free money", school="Ash\r\nBcc: all")  # type: ignore[call-arg]
    mail = render(content(message), "x@y.example")
    assert mail.subject == "You are no longer the induction tutor for Ash Bcc: all"
    assert not [line for line in mail.body.splitlines() if line.startswith(SUBJECT)]
