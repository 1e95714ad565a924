"""What may stand in a query, and how it is read (API-7)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from app.api.v3 import asking, cursors
from app.problems import Problem
from app.settings import Settings

ONE = "5f2c1f0e-3a0b-4a3f-9a55-6f2d3a7c1b10"
SETTINGS = Settings(environment="test", secret_key="s" * 64)  # type: ignore[arg-type]


def read(query: str, **more: Any) -> asking.Asked:
    return asking.read_query(query.encode("latin-1"), **more)


def refused(query: str, reads: Any = None, **more: Any) -> tuple[int, str, str]:
    """Return status, code and pointer of what a query is refused with."""
    with pytest.raises(Problem) as caught:
        asked = read(query, **more)
        reads(asked if reads in {asking.order, asking.page} else asked.filters)
    (item,) = caught.value.items
    return caught.value.status, item.code, item.pointer


@pytest.mark.rule("API-7.1")
@pytest.mark.parametrize(
    "query",
    [
        "filter[cohort]=2024,2025",
        "filter%5Bcohort%5D=2024%2C2025",
        "filter[cohort]= 2024 , ,2025 ",
        "filter[cohort][]=2024&filter[cohort][]=2025",
        "filter[cohort]=2024&filter[cohort]=2025",
        "filter[cohort]=2024,abc,2025,-1",
    ],
)
def test_a_list_may_be_written_in_several_ways(query: str) -> None:
    assert asking.years(read(query).filters) == (2024, 2025)


@pytest.mark.rule("API-7.1")
@pytest.mark.rule("API-7.5")
def test_a_blank_filter_is_as_if_absent_but_one_of_nothing_valid_matches_nothing() -> None:
    assert asking.years(read("filter[cohort]=%20").filters) is None
    assert asking.years(read("filter[cohort]=20-5,\N{ARABIC-INDIC DIGIT TWO}".encode().decode("latin-1")).filters) == ()
    assert asking.uuids(
        read(f"filter[x]&filter[delivery_partner_id]={ONE},x", lenient=True).filters, "delivery_partner_id"
    ) == (UUID(ONE),)
    assert asking.uuids(read("filter[delivery_partner_id]=x").filters, "delivery_partner_id") == ()


@pytest.mark.rule("API-7.2")
@pytest.mark.rule("API-7.4")
@pytest.mark.parametrize(
    ("query", "code", "pointer"),
    [
        ("filter[cohrt]=2025", "parameter_unknown", "#/query/filter"),
        ("filter[Cohort]=2025", "parameter_unknown", "#/query/filter"),
        ("page[size]=2", "parameter_unknown", "#/query/page"),
        ("cohort=2025", "parameter_unknown", "#/query/"),
        ("validate_only=true", "parameter_unknown", "#/query/"),
        ("sort[]=created_at", "parameter_unknown", "#/query/"),
        ("filter=abc", "filter_shape", "#/query/filter"),
        ("page=2", "filter_shape", "#/query/page"),
        ("filter[]=2025", "filter_shape", "#/query/filter"),
        ("filter[cohort][x]=2025", "filter_shape", "#/query/filter"),
        ("filter[cohort][][]=2025", "filter_shape", "#/query/filter"),
    ],
)
def test_what_is_not_known_or_has_another_shape_is_refused(query: str, code: str, pointer: str) -> None:
    assert refused(query) == (400, code, pointer)


@pytest.mark.rule("API-7.3")
def test_what_is_not_known_is_passed_by_where_that_is_wished_for() -> None:
    asked = read("filter[cohrt]=1&x=2&page[y]=3&sort=trn,-updated_at", lenient=True)
    assert (asked.filters, asked.pages, asking.order(asked)) == ({}, {}, (("updated_at", True),))


@pytest.mark.rule("API-7.4")
def test_a_single_value_may_come_twice_only_if_it_is_the_same() -> None:
    assert asking.single(read("filter[urn]=1&filter[urn]= 1 ").filters, "urn") == "1"
    assert (
        refused("filter[updated_since]=2025-01-01&filter[updated_since]=2025-01-02", asking.since)[1]
        == "parameter_repeated"
    )
    assert refused("sort=created_at&sort=updated_at", asking.order)[1] == "parameter_repeated"
    assert refused("page[page]=1&page[page]=2", asking.page) == (400, "parameter_repeated", "#/query/page/page")


@pytest.mark.rule("API-7.5")
def test_schools_need_one_cohort() -> None:
    where = "#/query/filter/cohort"
    assert refused("", asking.one_year) == (400, "filter_required", where)
    assert refused("filter[cohort]=%20", asking.one_year) == (400, "filter_required", where)
    assert refused("filter[cohort]=2024,2025", asking.one_year) == (400, "value_invalid", where)
    assert asking.one_year(read("filter[cohort]=2025").filters) == 2025
    assert asking.one_year(read("filter[cohort]=soon").filters) is None


NOON = datetime(2025, 9, 1, 12, tzinfo=UTC)
TIMES = {
    "2025-09-01T12:00:00Z": NOON,
    "2025-09-01t12:00:00z": NOON,
    "2025-09-01T12:00Z": NOON,
    "2025-09-01T12:00:00": NOON,
    "2025-09-01T13:00:00%2B01:00": NOON,
    "2025-09-01T13:00:00%252B01:00": NOON,
    "2025-09-01T11:30:00-00:30": NOON,
    "2025-09-01": NOON.replace(hour=0),
    "2025-09-01T12:00:00.000001Z": NOON.replace(microsecond=1),
    "2025-09-01T12:00:00,5Z": NOON.replace(microsecond=500_000),
}


@pytest.mark.rule("API-7.6")
@pytest.mark.parametrize(("text", "moment"), TIMES.items(), ids=TIMES)
def test_a_time_is_read_in_iso_8601(text: str, moment: datetime) -> None:
    assert asking.since(read(f"filter[updated_since]={text}").filters) == moment


@pytest.mark.rule("API-7.6")
@pytest.mark.parametrize(
    "text",
    [
        *("2025-09-01T13:00:00+01:00", "2025-02-30", "2025-09-01 12:00", "yesterday", "2025", "20250901", "2025-W36"),
        *("2025-09-01T24:30:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00%2B01:00", "2025-09-01%00", "%ff"),
    ],
)
def test_another_time_is_refused_and_the_plus_sign_explained(text: str) -> None:
    query = f"filter[updated_since]={text}"
    assert refused(query, asking.since) == (400, "date_invalid", "#/query/filter/updated_since")
    with pytest.raises(Problem) as caught:
        asking.since(read(query).filters)
    assert "%2B" in caught.value.items[0].detail


@pytest.mark.rule("API-7.7")
def test_lists_are_sorted_by_either_time_or_both() -> None:
    expected: dict[str, Any] = {
        "": (("created_at", False),),
        "sort=": (("created_at", False),),
        "sort=-updated_at": (("updated_at", True),),
        "sort=+updated_at": (("updated_at", False),),
        "sort=%2Bupdated_at": (("updated_at", False),),
        "sort=-created_at, updated_at": (("created_at", True), ("updated_at", False)),
    }
    for query, order in expected.items():
        assert asking.order(read(query)) == order, query
    for query in (
        "trn",
        "created_at,created_at",
        "created_at,-created_at",
        "--created_at",
        "+-created_at",
        "created_at;",
    ):
        assert refused(f"sort={quote(query)}", asking.order)[1] == "sort_invalid", query


@pytest.mark.rule("API-7.8")
def test_pages_are_whole_numbers_and_3000_rows_at_most() -> None:
    assert asking.page(read("")) == asking.Page(100)
    assert asking.page(read("page[page]=3&page[per_page]=50")).offset == 100
    assert asking.page(read("page[per_page]=3001")).size == 3000
    for bad in ("", "0", "-1", "1.5", "10a", "1234567890", "\u0661", "+1"):
        for name in ("page", "per_page"):
            query = f"page[{name}]={quote(bad)}"
            assert refused(query, asking.page) == (400, "page_invalid", f"#/query/page/{name}"), query


@pytest.mark.rule("API-7.9")
def test_a_walk_by_cursor_is_not_a_walk_by_page_number() -> None:
    assert asking.page(read("page[after]=")) == asking.Page(100, keyset=True)
    assert asking.page(read("page[after]=abc&page[per_page]=7")) == asking.Page(7, keyset=True, cursor="abc")
    assert refused("page[after]=&page[page]=1", asking.page)[1] == "page_invalid"


@pytest.mark.rule("API-7.9")
def test_a_cursor_holds_for_its_caller_and_its_list_and_as_it_was_given() -> None:
    made = cursors.write(("2025-09-01T12:00:00+00:00", ONE), 7, "digest", SETTINGS)
    assert cursors.read(made, 7, "digest", SETTINGS) == ["2025-09-01T12:00:00+00:00", ONE]
    others = Settings(environment="test", secret_key="t" * 64)  # type: ignore[arg-type]
    flipped = ("B" if made[0] == "A" else "A") + made[1:]
    for bad in (
        lambda: cursors.read(made, 8, "digest", SETTINGS),
        lambda: cursors.read(made, 7, "other", SETTINGS),
        lambda: cursors.read(made, 7, "digest", others),
        lambda: cursors.read(flipped, 7, "digest", SETTINGS),
        *(
            lambda text=text: cursors.read(text, 7, "digest", SETTINGS)
            for text in (made[:-1], made + "=", "x", "é", "\0")
        ),
    ):
        with pytest.raises(Problem) as caught:
            bad()
        assert caught.value.items[0].code == "cursor_invalid"
