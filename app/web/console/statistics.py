"""The statistics: eight charts with their tables, and each table as a file (ADM-12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app import clock
from app.console.choices import choices as read_choices
from app.console.choices import school_choices
from app.console.statistics_queries import Wanted, charts, regions
from app.terms import Year
from app.training.periods import academic_year
from app.training.queries import calendar
from app.values import Invalid, years_before
from app.web.console.exporting import file_address
from app.web.console.pictures import draw
from app.web.csv_file import csv_file
from app.web.forms import read_query
from app.web.page import page
from app.web.policies import staff_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.console.statistics import Chart
    from app.web.console.pictures import Picture

AnyRequest = Request[Any, Any, Any]
PATH = "/admin/statistics"
RANGES = {
    "1": "Today",
    "7": "Last 7 days",
    "28": "Last 28 days",
    "90": "Last 90 days",
    "year": "This academic year",
    "custom": "Other days",
}
USUAL = "28"
LONGEST_YEARS = 3
KEPT_FOR = timedelta(minutes=15)
FILTERS = ("range", "from", "to", "year", "region", "type", "lead-provider")


@dataclass(frozen=True)
class ChartShown:
    """A chart with its picture, if there is anything to draw, and where its tables can be had as files."""

    chart: Chart
    picture: Picture | None


@dataclass(frozen=True)
class StatisticsPage:
    """What was asked for, and every chart of it."""

    values: Mapping[str, str]
    errors: Mapping[str, str]
    ranges: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]
    """Field -> value -> words."""
    first: date | None
    last: date | None
    now: datetime
    charts: tuple[ChartShown, ...]
    query: str
    """What follows the name of a table in the address of its file."""


@get(PATH, opt=staff_page(nav="statistics"))
async def show(request: AnyRequest) -> Response[str]:
    """Show every chart of the days that are asked for (ADM-12.1, ADM-12.2)."""
    query = read_query(request)
    values = {name: query.get(name, "") for name in FILTERS}
    values["range"] = values["range"] if values["range"] in RANGES else USUAL
    try:
        wanted = await _wanted(values)
    except Invalid as invalid:
        return page(request, "console/statistics.html", await _page(values, invalid.errors, None, ()), status=422)
    made, every = await _charts(request, wanted)
    found = tuple(ChartShown(chart, draw(chart)) for chart in every)
    return page(request, "console/statistics.html", await _page(values, {}, wanted, found, made))


@get(f"{PATH}/{{table:str}}", opt=staff_page(nav="statistics"))
async def download(request: AnyRequest, table: FromPath[str]) -> Response[Any]:
    """Give a table as a file; nobody stands in it, so that nothing is noted (ADM-12.3)."""
    query = read_query(request)
    values = {name: query.get(name, "") for name in FILTERS}
    try:
        wanted = await _wanted(values)
    except Invalid as invalid:
        return page(request, "console/statistics.html", await _page(values, invalid.errors, None, ()), status=422)
    _, every = await _charts(request, wanted)
    tables = (one for chart in every for one in chart.tables)
    found = next((one for one in tables if one.slug == table), None)
    if found is None:
        raise NotFoundException
    name = f"{found.slug}-{wanted.first.isoformat()}-{wanted.last.isoformat()}.csv"
    return csv_file(name, found.columns, found.rows)


async def _charts(request: AnyRequest, wanted: Wanted) -> tuple[datetime, tuple[Chart, ...]]:
    """Return the charts, and as of when: this process keeps them for 15 minutes, but not for another time than now."""
    now = clock.now()
    if clock.is_moved():
        return now, await charts(wanted)
    kept: dict[Wanted, tuple[datetime, tuple[Chart, ...]]] = request.app.state.setdefault("statistics", {})
    for known, (made, _) in list(kept.items()):
        if now - made > KEPT_FOR:
            del kept[known]
    if wanted not in kept:
        kept[wanted] = now, await charts(wanted)
    return kept[wanted]


async def _wanted(values: Mapping[str, str]) -> Wanted:
    first, last = await _days(values)
    year, kind = values["year"], values["type"]
    return Wanted(
        first,
        last,
        Year(int(year)) if year.isascii() and year.isdigit() and len(year) == len("2025") else None,
        values["region"][:100],
        int(kind) if kind.isascii() and kind.isdigit() and len(kind) <= len("99") else None,
        _uuid(values["lead-provider"]),
    )


async def _days(values: Mapping[str, str]) -> tuple[date, date]:
    today, wanted = clock.today(), values["range"]
    if wanted == "custom":
        return _custom(values, today)
    if wanted == "year":
        period = (await calendar()).current(today)
        return (period.started_on if period else today), today
    number = int(wanted) if wanted in RANGES else int(USUAL)
    return today - timedelta(days=number - 1), today


def _custom(values: Mapping[str, str], today: date) -> tuple[date, date]:
    days, errors = [], {}
    for name in ("from", "to"):
        try:
            days.append(date.fromisoformat(values[name].strip()))
        except ValueError:
            errors[name] = f"Enter the {'first' if name == 'from' else 'last'} day, such as 2025-09-01"
    if errors:
        raise Invalid(errors)
    first, last = days
    if last < first:
        raise Invalid(to="The last day must be the first day or later")
    if last > today:
        raise Invalid(to="The last day must be today or earlier")
    if first <= years_before(last, LONGEST_YEARS):
        raise Invalid(to=f"The range must be at most {LONGEST_YEARS} years")
    return first, last


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _page(
    values: Mapping[str, str],
    errors: Mapping[str, str],
    wanted: Wanted | None,
    found: tuple[ChartShown, ...],
    made: datetime | None = None,
) -> StatisticsPage:
    known, schools = await read_choices(), await school_choices()
    kept = file_address("", values, FILTERS)
    return StatisticsPage(
        values=values,
        errors=errors,
        ranges=RANGES,
        choices={
            "year": {str(year): academic_year(year) for year in known.years},
            "region": {region: region for region in await regions()},
            "type": {str(code): name for code, name in schools.types},
            "lead-provider": {str(provider.public_id): provider.name for provider in known.lead_providers},
        },
        first=wanted.first if wanted else None,
        last=wanted.last if wanted else None,
        now=made or clock.now(),
        charts=found,
        query=kept,
    )


HANDLERS = [show, download]
