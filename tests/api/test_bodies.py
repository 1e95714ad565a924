"""What a body may be, and what is said about one that may not (API-4.2 to API-4.4)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from app.api.v3 import bodies
from app.problems import Problem
from app.terms import Year
from app.training.provider_acts import Unreadable
from tests.api.client import said

if TYPE_CHECKING:
    from tests.api.conftest import World

KNOWN = ("cohort", "school_id")
BLANK = [("cohort", "blank"), ("school_id", "blank"), ("delivery_partner_id", "blank")]


def refused(body: bytes) -> str:
    with pytest.raises(Problem) as caught:
        bodies.attributes_of(body, KNOWN)
    assert caught.value.status == 400
    return caught.value.items[0].code


def nested(levels: int) -> bytes:
    return b'{"data":{"attributes":{"cohort":"2025"},"more":' + b"[" * (levels - 2) + b"]" * (levels - 2) + b"}}"


@pytest.mark.rule("API-4.3")
@pytest.mark.parametrize(
    "body",
    [
        *(b"{", b"\xff{}", b"\xef\xbb\xbf{}", b'{"data":NaN}', b'{"data":{},"data":{}}', b"{'data':1}"),
        *(b'{"data":{"attributes":{"cohort":1,"cohort":1}}}', nested(21), b"[" * 100_000, b"{}{}"),
    ],
)
def test_what_is_not_json_is_malformed(body: bytes) -> None:
    assert refused(body) == "malformed_json"


@pytest.mark.rule("API-4.3")
@pytest.mark.parametrize(
    "document",
    [
        *(
            "",
            "  ",
            "[]",
            "1",
            "null",
            "{}",
            '{"data":[]}',
            '{"data":null}',
            '{"data":{}}',
            '{"data":{"attributes":[]}}',
        ),
        *('{"data":{"attributes":{}}}', '{"data":{"attributes":{"colour":"red"}}}', '{"data":{"attributes":null}}'),
    ],
)
def test_json_of_another_shape_is_refused(document: str) -> None:
    assert refused(document.encode()) == "body_shape"


@pytest.mark.rule("API-4.3")
@pytest.mark.rule("API-29.2")
def test_the_type_is_not_looked_at_and_what_is_not_known_is_dropped() -> None:
    body = {"data": {"type": 7, "attributes": {"cohort": None, "colour": "red"}, "id": 1}, "meta": {}}
    assert bodies.attributes_of(json.dumps(body).encode(), KNOWN) == {"cohort": None}
    assert bodies.attributes_of(nested(20), KNOWN) == {"cohort": "2025"}


@pytest.mark.rule("API-4.4")
def test_a_cohort_may_be_a_number_and_any_other_type_counts_as_absent() -> None:
    read: dict[Any, Any] = {
        " 2025 ": 2025,
        2025: 2025,
        "25": "unknown",
        2025.5: "unknown",
        1e999: "unknown",
        "": "blank",
    }
    for value, expected in read.items():
        meant = Unreadable(expected) if isinstance(expected, str) else Year(expected)
        assert bodies.year_of({"cohort": value}) == meant, value
    for value in (None, True, [], {}, "  ", "\u00a0"):
        assert bodies.year_of({"cohort": value}) is Unreadable.BLANK, value
    for value in (5, None, ["x"], " "):
        assert bodies.id_of({"school_id": value}, "school_id") is Unreadable.BLANK
    for value in ("\0", "x" * 1_000_000, "\ud800", "{5f2c1f0e-3a0b-4a3f-9a55-6f2d3a7c1b10}"):
        assert bodies.id_of({"school_id": value}, "school_id") is Unreadable.UNKNOWN


@pytest.mark.rule("API-4.2")
async def test_types_sizes_and_encodings_of_a_body(world: World) -> None:
    body = json.dumps({"data": {"attributes": {"cohort": ""}}}).encode()

    async def answer(content: bytes = body, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await world.larch.call("POST", "/partnerships", content=content, headers=named)

    for kind in (
        "application/json",
        "text/json",
        "application/vnd.api+json; charset=utf-8",
        "APPLICATION/JSON;x=1",
        "",
    ):
        assert said((await answer(Content_Type=kind)).json()) == BLANK, kind
    for kind in (
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "application/x-www-form-urlencoded",
    ):
        assert said((await answer(Content_Type=kind)).json()) == [("Unsupported media type", "media_type")], kind
    assert said((await answer(Content_Encoding="gzip")).json()) == [("Unsupported media type", "media_type")]
    large = body + b" " * (1_048_576 - len(body))
    assert said((await answer(large)).json()) == BLANK
    assert said((await answer(large + b" ")).json()) == [("Body too large", "body_too_large")]
    assert (await world.larch.call("GET", "/delivery-partners", headers={"Accept": "text/html"})).status_code == 200


@pytest.mark.rule("API-4.4")
async def test_no_value_whatever_is_a_fault(world: World) -> None:
    for value in ("\0", "\ud800", "x" * 100_000, -(10**400), 1e308, {"a": []}, "DROP TABLE school"):
        for name in ("cohort", "school_id", "delivery_partner_id"):
            sent = {**world.report, name: value}
            assert name in {title for title, _ in said(await world.larch.post("/partnerships", 422, sent=sent))}


@pytest.mark.rule("API-6.3")
async def test_checks_come_in_their_order(world: World, app: Any) -> None:
    larch, missing = world.larch, "/partnerships/5f2c1f0e-3a0b-4a3f-9a55-6f2d3a7c1b10"
    steps = [
        (await world.reader.call("PUT", f"{missing}?x=1", content=b"{", headers={"Content-Type": "text/plain"}), 403),
        (await larch.call("PUT", f"{missing}?x=1", content=b"{", headers={"Content-Type": "text/plain"}), 415),
        (await larch.call("PUT", f"{missing}?x=1", content=b"{"), 400),
        (await larch.call("PUT", missing, content=b"{"), 404),
        (await larch.call("PUT", "/participants/x/withdraw", content=b"{"), 400),
        (await larch.call("PUT", "/participants/x/withdraw", content=b'{"data":{"attributes":{"reason":""}}}'), 404),
        (await larch.call("POST", "/partnerships", content=b"{"), 400),
    ]
    assert [answer.status_code for answer, _ in steps] == [expected for _, expected in steps]
    first = await larch.get("/schools?page[page]=0", 400)
    assert said(first) == [("Bad parameter", "filter_required")]
