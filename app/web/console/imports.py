"""Runs of the school register and of reference data: the list, and everything that a run did (ADM-13)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.refdata.findings import WHOLE_FILE, WHOLE_ROW
from app.refdata.run_queries import RunFile, RunRow, run_file, runs
from app.refdata.runs import REFERENCE_DATA, SCHOOL_REGISTER
from app.refdata.uploads import Upload, newest_uploads
from app.web.console.asking import address, may, page_size, paged
from app.web.csv_file import csv_file
from app.web.forms import known_id, read_query
from app.web.page import page
from app.web.policies import staff_page
from app.web.schools.list_query import page_number

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH = "/admin/imports"
KINDS = {SCHOOL_REGISTER: "School register", REFERENCE_DATA: "Reference data"}
STATES = {
    "done": ("Done", "green"),
    "applying": ("Going on", "yellow"),
    "refused": ("Refused", "red"),
    "unavailable": ("No files", "orange"),
}
LONGEST_SEARCH = 100
OVERRIDES = {"--accept-shrink": "Far fewer schools than last time", "--force": "Older than the last files"}
"""What of the safety rules is set aside, by the option of the command."""
FINDING = re.compile(r"(.+?):([0-9]+):(.+?) [A-Z]+(?:_[A-Z0-9]+)* (.+)", re.DOTALL)


def plain(refusal: str) -> str:
    """Return why a run was refused for those who have no command line."""
    for option in OVERRIDES:
        refusal = refusal.replace(f", use {option}", ", apply it against the safety rule")
    return refusal


def in_words(line: str) -> str:
    """Return a line of a report without its code: file, line and column, and what is the matter."""
    found = FINDING.fullmatch(line)
    if found is None:
        return line
    file, number, column, message = found.groups()
    place = [file, f"line {number}" if int(number) != WHOLE_FILE else "", column if column != WHOLE_ROW else ""]
    return f"{', '.join(filter(None, place))}: {message}"


@dataclass(frozen=True)
class ImportsPage:
    """One page of the runs."""

    runs: tuple[RunRow, ...]
    kinds: Mapping[str, str]
    states: Mapping[str, tuple[str, str]]
    kind: str
    total: int
    page_number: int
    pages: int
    page_href: str
    uploads: tuple[Upload, ...]
    may_bring: bool


@dataclass(frozen=True)
class ImportPage:
    """One run."""

    run: RunRow
    kind: str
    state: tuple[str, str]
    refusal: str
    wrong: tuple[str, ...]
    odd: tuple[str, ...]
    changes: tuple[str, ...]
    """Those of this page that hold the words searched for."""
    found: int
    q: str
    page_number: int
    pages: int
    page_href: str


@get(PATH, opt=staff_page(nav="imports"))
async def overview(request: Request[Any, Any, Any]) -> Response[str]:
    """List the runs, the newest first (ADM-13.1, ADM-13.4)."""
    query = read_query(request)
    kind = query.get("kind", "") if query.get("kind", "") in KINDS else ""
    found = await runs(kind, page_number(query.get("page", "")), page_size(query))
    href = address(PATH, {**query, "kind": kind}, ("kind", "size"))
    uploads, may_bring = await newest_uploads(), may(request, "data")
    context = ImportsPage(
        found.runs, KINDS, STATES, kind, found.total, found.page, found.pages, href, uploads, may_bring
    )
    return page(request, "console/imports.html", context)


@get(f"{PATH}/{{run_id:str}}", opt=staff_page(nav="imports"))
async def show(request: Request[Any, Any, Any], run_id: FromPath[str]) -> Response[str]:
    """Show what a run read, changed and refused; changes are searched by URN or any other word (ADM-13.2)."""
    file, query = await _file(run_id), read_query(request)
    q = query.get("q", "")[:LONGEST_SEARCH]
    wanted = q.casefold().split()
    matching = [line for line in file.changes if all(word in line.casefold() for word in wanted)]
    lines, number, pages = paged(matching, query)
    run = file.run
    context = ImportPage(
        run=run,
        kind=KINDS[run.kind],
        state=STATES.get(run.state, (run.state.replace("_", " ").capitalize(), "grey")),
        refusal=plain(file.refusal),
        wrong=tuple(map(in_words, file.errors)),
        odd=tuple(map(in_words, file.warnings)),
        changes=lines,
        found=len(matching),
        q=q,
        page_number=number,
        pages=pages,
        page_href=address(f"{PATH}/{run.public_id}", {**query, "q": q}, ("q", "size")),
    )
    return page(request, "console/import.html", context)


@get(f"{PATH}/{{run_id:str}}/changes.csv", opt=staff_page(nav="imports"))
async def changes(run_id: FromPath[str]) -> Response[bytes]:
    """Give every change that is kept as a file: what happened, to which row, and from what to what (ADM-13.2)."""
    rows = []
    for line in (await _file(run_id)).changes:
        what, _, detail = line.partition(":")
        act, _, row = what.partition(" ")
        rows.append((act, row, detail.strip()))
    return csv_file("changes.csv", ("change", "row", "detail"), rows)


async def _file(run_id: str) -> RunFile:
    found = await run_file(known_id(run_id))
    if found is None:
        raise NotFoundException
    return found


HANDLERS = [overview, show, changes]
