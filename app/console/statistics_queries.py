"""Reading the statistics: a constant number of statements, whatever the range (ADM-12.1, ADM-12.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.console import statistics, statistics_sql
from app.db.documents import document
from app.terms import Year

if TYPE_CHECKING:
    from app.console.statistics import Chart


@dataclass(frozen=True)
class Wanted:
    """The days, both included, and what else is counted; None and "" leave it open."""

    first: date
    last: date
    year: Year | None = None
    region: str = ""
    type_code: int | None = None
    provider: UUID | None = None


async def charts(wanted: Wanted) -> tuple[Chart, ...]:
    """Return every chart."""

    async def rows(statement: str) -> Any:
        found = wanted.first, wanted.last, wanted.year, wanted.region, wanted.type_code, wanted.provider
        return await document(list[Any], statement, *found) or []

    return (
        statistics.registrations(await rows(statistics_sql.REGISTRATIONS), wanted.first),
        statistics.programmes(await rows(statistics_sql.PROGRAMMES)),
        statistics.providers(await rows(statistics_sql.PROVIDERS)),
        statistics.mentor_coverage(await rows(statistics_sql.MENTORED)),
        statistics.waits(
            "confirmation",
            "Time to partnership confirmation",
            "Training requested from a lead provider in the range: days from the request to the confirmation. What is "
            "open on the last day is counted by its age in days.",
            ("provider", "confirmed"),
            await rows(statistics_sql.CONFIRMATIONS),
        ),
        statistics.waits(
            "induction",
            "Induction recorded",
            "ECTs who started at their school in the range: days from the start to the day on which an appropriate "
            "body recorded their induction. What is open on the last day is counted by its age in days, under the body "
            "that the school reported.",
            ("body", "recorded"),
            await rows(statistics_sql.INDUCTIONS),
        ),
        statistics.journeys(await rows(statistics_sql.DRAFTS), await rows(statistics_sql.FIELD_ERRORS)),
        statistics.use(await rows(statistics_sql.USE)),
    )


async def regions() -> tuple[str, ...]:
    """Return the regions that schools lie in."""
    return await document(tuple[str, ...], REGIONS) or ()


REGIONS = """SELECT coalesce(json_agg(DISTINCT region ORDER BY region), '[]') FROM school WHERE region IS NOT NULL"""
