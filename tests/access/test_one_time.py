"""Links and codes: hashed at rest, single use, bound, counted and over in time (ACC-5.7, 6.5, 6.6, 7.3, 7.4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.access.one_time import (
    TRIES,
    Made,
    Purpose,
    State,
    Wanted,
    find_link,
    made_within,
    make,
    try_code,
    use,
    void_open,
)
from app.db.engine import fetch
from app.db.transaction import transaction

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 9, 14, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)
HERE, THERE = b"h" * 32, b"t" * 32
SUBJECT = "alice@amberley.example"


async def made(subject: str = SUBJECT, purpose: Purpose = Purpose.SIGN_IN) -> Made:
    """Make a link and a code that live an hour from NOW."""
    with clock.at(NOW):
        async with transaction():
            return await make(Wanted(purpose=purpose, subject=subject, life=HOUR, link=True, code=True, browser=HERE))


async def works(code: str, *, browser: bytes = HERE, at: datetime = NOW, subject: str = SUBJECT) -> bool:
    """Try a code."""
    with clock.at(at):
        async with transaction():
            return await try_code(Purpose.SIGN_IN, subject, code, browser) is not None


async def state(token: str, at: datetime = NOW) -> State | None:
    """Return what has become of a link."""
    with clock.at(at):
        found = await find_link(Purpose.SIGN_IN, token)
    return found.state if found else None


def wrong(code: str) -> str:
    """Return another code."""
    return f"{(int(code) + 1) % 10**6:06}"


@pytest.mark.rule("ACC-5.7", "ACC-6.5", "ACC-7.3", "SEC-15")
async def test_what_is_stored_is_neither_link_nor_code_nor_address() -> None:
    one = await made()
    assert len(one.token) >= 43
    assert len(one.code) == 6
    assert one.code.isdigit()
    stored = str([tuple(row) for row in await fetch("SELECT * FROM one_time_secret")])
    assert not [text for text in (one.token, one.code, SUBJECT) if text in stored]
    assert not [text for text in (one.token, one.code, SUBJECT) if text in repr(one)]


@pytest.mark.rule("ACC-6.5", "ACC-6.6")
@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(0), State.OPEN),
        (HOUR - timedelta(seconds=1), State.OPEN),
        (HOUR, State.ENDED),
        (-HOUR, State.OPEN),
    ],
)
async def test_it_lives_to_the_second(after: timedelta, expected: State) -> None:
    one = await made()
    assert await state(one.token, NOW + after) is expected
    assert await works(one.code, at=NOW + after) is (expected is State.OPEN)


@pytest.mark.rule("ACC-6.5", "ACC-6.7", "ACC-7.3")
async def test_it_is_used_once_and_link_and_code_go_together() -> None:
    one = await made()
    with clock.at(NOW):
        async with transaction():
            assert await use(one.id)
            assert not await use(one.id)
    assert await state(one.token) is State.USED
    assert not await works(one.code)


@pytest.mark.rule("ACC-6.5")
async def test_a_link_is_found_only_for_its_purpose() -> None:
    one = await made(purpose=Purpose.NOMINATION)
    assert await state(one.token) is None
    assert await state("") is None


@pytest.mark.rule("ACC-6.6", "ACC-7.3")
async def test_a_code_works_for_its_subject_in_its_browser_in_any_grouping() -> None:
    one = await made()
    assert not await works(one.code, browser=THERE)
    assert not await works(one.code, subject="bob@amberley.example")
    assert await works(f" {one.code[:3]} {one.code[3:]} ")


@pytest.mark.rule("ACC-6.6", "ACC-7.4")
async def test_five_wrong_codes_void_the_code_but_not_the_link() -> None:
    one = await made()
    for _ in range(TRIES - 1):
        assert not await works(wrong(one.code))
    assert await works(one.code)
    assert not await works(wrong(one.code))
    assert not await works(one.code)
    assert await state(one.token) is State.OPEN


@pytest.mark.rule("ACC-5.9", "ACC-6.4", "ACC-7.3")
async def test_a_newer_one_voids_the_earlier_but_those_kept() -> None:
    first, second, third = await made(), await made(), await made()
    other = await made("bob@amberley.example")
    with clock.at(NOW):
        await void_open(Purpose.SIGN_IN, SUBJECT, keep=1)
    assert [await state(one.token) for one in (first, second, third, other)] == [
        State.ENDED,
        State.ENDED,
        State.OPEN,
        State.OPEN,
    ]


@pytest.mark.rule("ACC-6.4", "ACC-7.3")
@pytest.mark.parametrize(("after", "expected"), [(0, 1), (299, 1), (300, 0), (-1, 0)])
async def test_what_was_made_lately_is_known_and_nothing_stamped_later_than_now(after: int, expected: int) -> None:
    await made()
    with clock.at(NOW + timedelta(seconds=after)):
        assert len(await made_within(Purpose.SIGN_IN, SUBJECT, timedelta(seconds=300))) == expected
