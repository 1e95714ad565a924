"""Which appropriate bodies a school can choose, and which one is shown."""

from datetime import date
from uuid import UUID

import pytest

from app.registration.registering.appropriate_bodies import (
    AppropriateBody,
    BodySource,
    body_shown,
    deciding_day_of_change,
    induction_start,
    is_selectable,
    is_selectable_again,
    selectable,
)
from app.terms import AppropriateBodyId, AppropriateBodyType, SchoolKind
from tests.registration.builders import NORTH_HUB, SOUTH_HUB, induction, record, stay

TODAY = date(2025, 10, 6)
STATE, INDEPENDENT = SchoolKind.STATE_FUNDED, SchoolKind.INDEPENDENT
OVERSEAS, OTHER = SchoolKind.BRITISH_SCHOOL_OVERSEAS, SchoolKind.OTHER


def body(number, name, kinds=frozenset(SchoolKind), type_=AppropriateBodyType.TEACHING_SCHOOL_HUB, **facts):
    return AppropriateBody(AppropriateBodyId(number), UUID(int=number), name, type_, frozenset(kinds), **facts)


NORTH = body(1, "North Hub", districts=frozenset({"E1"}))
SOUTH = body(2, "south hub", districts=frozenset({"E2"}))
EAST = body(3, "east hub")
ISTIP = body(4, "ISTIP", {INDEPENDENT}, AppropriateBodyType.NATIONAL)
ESP = body(5, "ESP", {OVERSEAS}, AppropriateBodyType.NATIONAL)
AUTHORITY = body(6, "A council", SchoolKind, AppropriateBodyType.LOCAL_AUTHORITY)
EVERYONE = [NORTH, SOUTH, EAST, ISTIP, ESP, AUTHORITY]


def names(kind, district=None, day=TODAY, bodies=EVERYONE):
    return [option.body.name for option in selectable(bodies, kind, day, TODAY, district)]


@pytest.mark.rule("ABR-02")
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param(STATE, ["east hub", "North Hub", "south hub"], id="state-funded: hubs"),
        pytest.param(OTHER, ["east hub", "North Hub", "south hub"], id="other: hubs"),
        pytest.param(INDEPENDENT, ["ISTIP", "east hub", "North Hub", "south hub"], id="independent: hubs and ISTIP"),
        pytest.param(OVERSEAS, ["ESP", "east hub", "North Hub", "south hub"], id="overseas: hubs and ESP"),
    ],
)
def test_bodies_by_kind_of_school(kind, expected):
    assert names(kind) == expected


@pytest.mark.rule("ABR-02")
@pytest.mark.parametrize(
    ("active_from", "active_to", "deciding_day", "expected"),
    [
        pytest.param(None, None, date(2020, 1, 1), True, id="open ends"),
        pytest.param(date(2025, 11, 1), None, date(2025, 11, 1), True, id="from its first day"),
        pytest.param(date(2025, 11, 1), None, date(2025, 10, 31), False, id="before its first day"),
        pytest.param(None, date(2025, 12, 31), date(2025, 12, 31), True, id="to its last day"),
        pytest.param(None, date(2025, 12, 31), date(2026, 1, 1), False, id="after its last day"),
        pytest.param(None, TODAY, date(2025, 9, 1), True, id="its last day is today"),
        pytest.param(None, date(2025, 10, 5), date(2025, 9, 1), False, id="ended before today, start before that"),
    ],
)
def test_bodies_by_day(active_from, active_to, deciding_day, expected):
    hub = body(1, "Hub", active_from=active_from, active_to=active_to)
    assert is_selectable(hub, STATE, deciding_day, TODAY) is expected


@pytest.mark.rule("ABR-02")
def test_a_later_change_is_decided_by_the_later_of_start_and_today():
    assert deciding_day_of_change(stay(date(2025, 9, 1)), TODAY) == TODAY
    assert deciding_day_of_change(stay(date(2025, 12, 1)), TODAY) == date(2025, 12, 1)


@pytest.mark.rule("ABR-02", "ARR-04")
def test_the_body_chosen_last_can_be_chosen_again_while_it_is_selectable():
    ended = body(7, "Ended Hub", active_to=date(2025, 10, 5))
    found = {
        last: is_selectable_again([NORTH, ISTIP, ended], last, STATE, TODAY, TODAY)
        for last in (NORTH.id, ISTIP.id, ended.id, AppropriateBodyId(99), None)
    }
    assert found == {NORTH.id: True, ISTIP.id: False, ended.id: False, 99: False, None: False}


@pytest.mark.rule("ABR-03")
def test_hubs_in_your_area_come_first_after_the_national_body():
    assert names(STATE, "E2") == ["south hub", "east hub", "North Hub"]
    assert names(INDEPENDENT, "E1") == ["ISTIP", "North Hub", "east hub", "south hub"]
    words = [option.words for option in selectable(EVERYONE, STATE, TODAY, TODAY, "E1")]
    assert words == ["North Hub (in your area)", "east hub", "south hub"]


@pytest.mark.rule("ABR-05")
def test_nothing_selectable_is_an_empty_list():
    assert selectable([AUTHORITY, ISTIP], STATE, TODAY, TODAY) == ()


@pytest.mark.rule("ABR-04")
def test_a_body_has_ended_the_day_after_its_last():
    assert not body(1, "Hub", active_to=TODAY).has_ended(TODAY)
    assert body(1, "Hub", active_to=date(2025, 10, 5)).has_ended(TODAY)


@pytest.mark.rule("ABR-06")
@pytest.mark.rule("RC-02a")
@pytest.mark.parametrize(
    ("reported", "inductions", "shown", "source", "can_change"),
    [
        pytest.param(NORTH_HUB, [], NORTH_HUB, BodySource.REPORTED, True, id="reported, none recorded"),
        pytest.param(
            NORTH_HUB,
            [induction(date(2025, 9, 1), date(2025, 9, 30), body=SOUTH_HUB)],
            NORTH_HUB,
            BodySource.REPORTED,
            True,
            id="reported, only finished ones",
        ),
        pytest.param(NORTH_HUB, [induction()], NORTH_HUB, BodySource.RECORDED, False, id="recorded, same body"),
        pytest.param(
            NORTH_HUB, [induction(body=SOUTH_HUB)], SOUTH_HUB, BodySource.RECORDED, False, id="recorded, another body"
        ),
        pytest.param(
            NORTH_HUB,
            [induction(date(2025, 8, 31), body=SOUTH_HUB)],
            NORTH_HUB,
            BodySource.REPORTED,
            False,
            id="started before this stay",
        ),
        pytest.param(None, [], None, BodySource.NOT_REPORTED, True, id="not reported"),
        pytest.param(
            None,
            [induction(date(2025, 8, 31))],
            None,
            BodySource.NOT_REPORTED,
            False,
            id="not reported, started before",
        ),
    ],
)
def test_body_shown(reported, inductions, shown, source, can_change):
    found = body_shown(stay(), reported, inductions)
    assert (found.appropriate_body_id, found.source, found.can_change) == (shown, source, can_change)


@pytest.mark.rule("ABR-07")
@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param(
            record(None, induction(date(2025, 9, 9)), induction(date(2024, 9, 9)), trs_started_on=date(2023, 1, 1)),
            date(2024, 9, 9),
            id="earliest recorded",
        ),
        pytest.param(record(trs_started_on=date(2023, 1, 1)), date(2023, 1, 1), id="else the teaching record"),
        pytest.param(record(), None, id="else not reported"),
    ],
)
def test_induction_start_shown(known, expected):
    assert induction_start(known) == expected
