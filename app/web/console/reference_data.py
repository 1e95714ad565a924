"""Reference data in the console: each kind's list, rows and forms by one engine (ADM-10.1, ADM-10.2).

What is saved is what a file with these cells would load: `change_records` does both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.console.drafts_touched import open_registrations
from app.console.timeline import Whose
from app.events.record import About
from app.refdata.change_records import BY_HAND, ChangeRecords, change_records, last_loads
from app.refdata.copy_schedules import CopySchedules, copy_schedules
from app.refdata.records import CONTRACT_PERIODS, REGISTRATION_CLOSURES, SCHEDULES
from app.refdata.stored import read_stored
from app.refdata.write import words_of
from app.terms import Year
from app.training.periods import academic_year
from app.values import Invalid, closure_message, parse_both, parse_choice
from app.web.console import fixes
from app.web.console.asking import address, may, paged
from app.web.console.done import GONE, done_here
from app.web.console.fixes import Field, Fix, Target
from app.web.console.reference_kinds import (
    ACCEPTED,
    BY_SLUG,
    KINDS,
    cells_typed,
    choices_of,
    fields_of,
    shown,
    typed_from,
)
from app.web.forms import read_form, read_query
from app.web.page import page, redirect
from app.web.policies import staff_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.refdata.change_records import LastLoad
    from app.refdata.dataset import Stored
    from app.refdata.records import Key
    from app.terms import Actor
    from app.values import Form
    from app.web.console.done import Notification
    from app.web.console.reference_kinds import Kind

PATH = "/admin/reference-data"
BETWEEN = "."
"""Between the parts of what identifies a row, in its address: keys and years hold none."""
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Row:
    """One row in words, by column, and its address."""

    href: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Subject:
    """A kind with all that is stored, and the row that is asked about, if any."""

    kind: Kind
    stored: Stored
    key: Key | None = None

    @property
    def row(self) -> Any:
        """Return the stored row."""
        return self.stored[self.kind.form.name][self.key or ()]

    @property
    def href(self) -> str:
        """Return where the row, or the list, is shown."""
        return f"{PATH}/{self.kind.slug}" + (f"/{BETWEEN.join(map(str, self.key))}" if self.key else "")


@dataclass(frozen=True)
class KindsPage:
    """Every kind with the number of its rows and its last load."""

    kinds: tuple[tuple[Kind, int, LastLoad | None], ...]


@dataclass(frozen=True)
class ListPage:
    """One page of the rows of a kind."""

    kind: Kind
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: int
    page_number: int
    pages: int
    page_href: str
    q: str
    may_change: bool
    may_copy: bool
    last: LastLoad | None
    notification: Notification | None


@dataclass(frozen=True)
class RowPage:
    """One row with all its columns."""

    kind: Kind
    name: str
    lines: tuple[tuple[str, str, str], ...]
    """Column, its words, and the value in words."""
    fixes: tuple[tuple[str, str], ...]
    notification: Notification | None


def _command(form: Form, subject: Subject) -> ChangeRecords:
    cells = cells_typed(subject.kind, form, subject.key)
    name = subject.kind.form.name
    return ChangeRecords({name: [cells]}, new=subject.key is None, accepted="yes" in form.get(ACCEPTED, ""))


async def _save(kind: Kind, command: ChangeRecords, actor: Actor, today: date) -> None:
    try:
        await change_records(command, actor, today)
    except Invalid as invalid:
        raise Invalid(fields_of(kind, invalid.errors)) from None


def _removal(_form: Form, subject: Subject) -> ChangeRecords:
    return ChangeRecords(removed={subject.kind.form.name: [subject.key or ()]})


async def _touched(kind: Kind, command: ChangeRecords) -> tuple[str, ...]:
    """Say how many drafts a closure or an opening day concerns, and show the banner (ADM-10.1, ADM-10.2)."""
    if kind.form not in {CONTRACT_PERIODS, REGISTRATION_CLOSURES}:
        return ()
    number = await open_registrations()
    said = [f"{number:,} unfinished {'registration is' if number == 1 else 'registrations are'} at schools now."]
    for cells in command.rows.get(REGISTRATION_CLOSURES.name, ()):
        days = date.fromisoformat(cells["starts_on"]), date.fromisoformat(cells["ends_on"])
        said.append(f"The banner will say: {closure_message(cells['message'], *days)}")
    return tuple(said)


def _add(kind: Kind) -> Fix[Subject, ChangeRecords]:
    return Fix(
        "",
        f"{kind.slug}-new",
        f"Add a {kind.one}" if kind.one[0] not in "aeiou" else f"Add an {kind.one}",
        initial=lambda _: {"uplift_fees": "no", "allow_gap": "no"} if kind.form is CONTRACT_PERIODS else {},
        parse=_command,
        run=partial(_save, kind),
        choices=lambda subject: choices_of(kind, subject.stored),
        fields=kind.asked(new=True),
        notes=partial(_touched, kind),
    )


def _change(kind: Kind) -> Fix[Subject, ChangeRecords]:
    return Fix(
        "",
        f"{kind.slug}-change",
        f"Change the {kind.one}",
        initial=lambda subject: typed_from(kind, subject.row),
        parse=_command,
        run=partial(_save, kind),
        choices=lambda subject: choices_of(kind, subject.stored),
        fields=kind.asked(new=False),
        notes=partial(_touched, kind),
    )


def _remove(kind: Kind) -> Fix[Subject, ChangeRecords]:
    return Fix(
        "",
        f"{kind.slug}-remove",
        f"Take the {kind.one} away",
        parse=_removal,
        run=partial(_save, kind),
        notes=partial(_touched, kind),
    )


def _years(form: Form, subject: Subject) -> CopySchedules:
    years = {str(year): year for (year,) in subject.stored[CONTRACT_PERIODS.name]}
    source, target = parse_both(
        lambda: parse_choice(form, "source", list(years), "Select the year to copy from"),
        lambda: parse_choice(form, "target", list(years), "Select the year to copy into"),
    )
    return CopySchedules(years[source], years[target])


async def _run_copy(command: CopySchedules, actor: Actor, today: date) -> None:
    try:
        await copy_schedules(command, actor, today)
    except Invalid as invalid:
        raise Invalid(target=next(iter(invalid.errors.values()))) from None


def _year_words(subject: Subject) -> Mapping[str, str]:
    years = sorted((year for (year,) in subject.stored[CONTRACT_PERIODS.name]), reverse=True)
    return {str(year): academic_year(Year(year)) for year in years}


COPY: Fix[Subject, CopySchedules] = Fix(
    "",
    "schedules-copy",
    "Copy schedules and milestones from a year",
    parse=_years,
    run=_run_copy,
    choices=lambda subject: {"source": _year_words(subject), "target": _year_words(subject)},
    fields=(Field("source", "From the year", "select"), Field("target", "Into the year", "select")),
)
FIXES: Mapping[tuple[str, str], Fix[Subject, Any]] = {
    ("schedules", "copy"): COPY,
    **{(kind.slug, "new"): _add(kind) for kind in KINDS},
    **{(kind.slug, "change"): _change(kind) for kind in KINDS if kind.changeable},
    **{(kind.slug, "remove"): _remove(kind) for kind in KINDS if kind.removable},
}


@get(PATH, opt=staff_page(nav="reference-data"))
async def overview(request: Request[Any, Any, Any]) -> Response[str]:
    """List the kinds, with source and day of their last load (ADM-10.1)."""
    stored, loads = await read_stored(BY_HAND), await last_loads(*(kind.form.name for kind in KINDS))
    kinds = tuple((kind, len(stored[kind.form.name]), loads.get(kind.form.name)) for kind in KINDS)
    return page(request, "console/reference-data.html", KindsPage(kinds))


@get(f"{PATH}/{{kind:str}}", opt=staff_page(nav="reference-data"))
async def show_list(request: Request[Any, Any, Any], kind: FromPath[str]) -> Response[str]:
    """List the rows of a kind, newest years first; words typed must all occur in a row (ADM-1.7)."""
    subject, query = await _subject(kind), read_query(request)
    q, choices = query.get("q", "")[:LONGEST_SEARCH], choices_of(subject.kind, subject.stored)
    form, wanted = subject.kind.form, q.casefold().split()
    found = []
    for row in sorted(subject.stored[form.name].values(), key=lambda row: _place(form.key_of(row))):
        cells = shown(subject.kind, row, choices)
        if all(word in " ".join(cells.values()).casefold() for word in wanted):
            found.append(Row(Subject(subject.kind, {}, form.key_of(row)).href, cells))
    rows, number, pages = paged(found, query)
    may_change = may(request, "data")
    labels = {field.name: field.label for field in subject.kind.fields}
    context = ListPage(
        subject.kind,
        tuple(labels[name] for name in subject.kind.listed),
        rows,
        len(found),
        number,
        pages,
        address(subject.href, {**query, "q": q}, ("q", "size")),
        q,
        may_change,
        may_change and form is SCHEDULES,
        (await last_loads(form.name)).get(form.name),
        done_here(request),
    )
    return page(request, "console/reference-list.html", context)


def _place(key: Key) -> tuple[Any, ...]:
    """Order rows by year, the newest first, then by the rest."""
    years = [-part for part in key if isinstance(part, int)]
    return (*years, *(part for part in key if not isinstance(part, int)))


@get(f"{PATH}/{{kind:str}}/new", opt=staff_page("data", nav="reference-data"))
async def new(request: Request[Any, Any, Any], kind: FromPath[str]) -> Response[str]:
    """Show the form of a new row."""
    return await fixes.show(request, _fix(kind, "new"), _target(await _subject(kind), "new"))


@post(f"{PATH}/{{kind:str}}/new", opt=staff_page("data", nav="reference-data"), status_code=200)
async def add(request: Request[Any, Any, Any], kind: FromPath[str]) -> Response[str]:
    """Check a new row, or store it once it is confirmed."""
    return await fixes.submit(request, _fix(kind, "new"), _target(await _subject(kind), "new"))


@get(f"{PATH}/schedules/copy", opt=staff_page("data", nav="reference-data"))
async def copy(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the form by which a year gets the schedules of another."""
    return await fixes.show(request, COPY, _target(await _subject("schedules"), "copy"))


@post(f"{PATH}/schedules/copy", opt=staff_page("data", nav="reference-data"), status_code=200)
async def submit_copy(request: Request[Any, Any, Any]) -> Response[str]:
    """Check the copy, or make it once it is confirmed."""
    return await fixes.submit(request, COPY, _target(await _subject("schedules"), "copy"))


@get(f"{PATH}/{{kind:str}}/{{row:str}}", opt=staff_page(nav="reference-data"))
async def show_row(request: Request[Any, Any, Any], kind: FromPath[str], row: FromPath[str]) -> Response[str]:
    """Show a row with all its columns and what may be done about it."""
    subject = await _subject(kind, row)
    cells = shown(subject.kind, subject.row, choices_of(subject.kind, subject.stored))
    lines = tuple(
        (field.name, field.label, cells[field.name]) for field in subject.kind.fields if field.name != ACCEPTED
    )
    offered = [
        (f"{subject.href}/{act}", FIXES[subject.kind.slug, act].title)
        for act in ("change", "remove")
        if (subject.kind.slug, act) in FIXES and may(request, "data")
    ]
    context = RowPage(
        subject.kind,
        cells[subject.kind.listed[0]],
        lines,
        tuple(offered),
        done_here(request),
    )
    return page(request, "console/reference-row.html", context)


@get(f"{PATH}/{{kind:str}}/{{row:str}}/{{act:str}}", opt=staff_page("data", nav="reference-data"))
async def show_change(
    request: Request[Any, Any, Any], kind: FromPath[str], row: FromPath[str], act: FromPath[str]
) -> Response[str]:
    """Show the form that changes a row or takes it away."""
    return await fixes.show(request, _fix(kind, act), _target(await _subject(kind, row), act))


@post(f"{PATH}/{{kind:str}}/{{row:str}}/{{act:str}}", opt=staff_page("data", nav="reference-data"), status_code=200)
async def submit_change(
    request: Request[Any, Any, Any], kind: FromPath[str], row: FromPath[str], act: FromPath[str]
) -> Response[str]:
    """Check what happens to a row, or do it once it is confirmed."""
    fix = _fix(kind, act)
    try:
        subject = await _subject(kind, row)
    except NotFoundException:
        if act == "remove" and (await read_form(request)).get("confirm") == "yes":
            return redirect(request, f"{PATH}/{kind}?done={GONE}")
        raise
    return await fixes.submit(request, fix, _target(subject, act))


def _fix(kind: str, act: str) -> Fix[Subject, Any]:
    if (kind, act) not in FIXES:
        raise NotFoundException
    return FIXES[kind, act]


async def _subject(slug: str, row: str = "") -> Subject:
    if slug not in BY_SLUG:
        raise NotFoundException
    kind, stored = BY_SLUG[slug], await read_stored(BY_HAND)
    if not row:
        return Subject(kind, stored)
    for key in stored[kind.form.name]:
        if BETWEEN.join(map(str, key)) == row:
            return Subject(kind, stored, key)
    raise NotFoundException


def _target(subject: Subject, act: str) -> Target[Subject]:
    whose = Whose(facts={"what": words_of(subject.key)}) if subject.key else Whose()
    back = f"{PATH}/{subject.kind.slug}" if act == "remove" else subject.href
    return Target(subject, subject.kind.title, back, About(), whose, f"{subject.href}/{act}")


HANDLERS = [
    overview,
    show_list,
    new,
    add,
    copy,
    submit_copy,
    show_row,
    show_change,
    submit_change,
]
