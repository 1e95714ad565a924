"""Changing many people at once: ask, look at the dry run, confirm, follow how far it is (ADM-6.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.console.bulk_fixes import BULK_FIXES, BY_ID
from app.console.bulk_queries import batch
from app.console.bulk_work import MOST, NOT_YOURS, AskBulk, Outside, ask_bulk, confirm_bulk, go_on
from app.console.choices import choices as read_choices
from app.console.choices import partner_names
from app.console.export_data import ExportData, export_data
from app.console.reasons import Reason, parse_reason
from app.events.record import About
from app.registration.queries import appropriate_bodies
from app.terms import Refused
from app.training.periods import academic_year
from app.values import Invalid, parse_both, parse_choices
from app.web.console.answers import entered_in
from app.web.console.asking import page_size, staff_of
from app.web.console.fixes import Field
from app.web.csv_file import csv_file
from app.web.errors import error_page
from app.web.forms import known_id, read_form, read_query
from app.web.page import page, redirect
from app.web.policies import staff_page
from app.web.schools.list_query import page_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.console.bulk_fixes import BulkFix
    from app.console.bulk_queries import Batch
    from app.values import Form

AnyRequest = Request[Any, Any, Any]
PATH = "/admin/bulk"
POLICY = staff_page("support", nav="people")
FIRST_ROUND = 3.0
"""So many seconds a request goes on with a batch; the job does the rest."""
FOR_THE_RECORD = {"yes": "For the record: also a body that the school could not choose"}
FIELDS: Mapping[str, tuple[Field, ...]] = {
    "appropriate-body": (
        Field("appropriate_body", "Appropriate body", "select"),
        Field("for_the_record", "May it be any body?", "checkboxes"),
    ),
    "partnership": (
        Field("lead_provider", "Lead provider", "select"),
        Field("delivery_partner", "Delivery partner", "select"),
    ),
    "training-year": (Field("year", "Academic year", "select"),),
    "refresh": (),
}
OPTIONAL = frozenset({"for_the_record"})
_BETWEEN = re.compile(r"[\s,;]+")
_TRN = re.compile(r"[0-9]{7}")


@dataclass(frozen=True)
class BulkListPage:
    """What can be done to many."""

    offers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class BulkFormPage:
    """Whom to change, and how."""

    title: str
    fields: tuple[Field, ...]
    choices: Mapping[str, Mapping[str, str]]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    most: int


@dataclass(frozen=True)
class BulkBatchPage:
    """The dry run, or how far it is."""

    title: str
    batch: Batch
    here: str
    own: bool
    """Whether whoever looks asked for it, and so may confirm it."""
    entered: tuple[tuple[str, str], ...]
    """What each question of the form was answered, in words."""
    errors: Mapping[str, str]


@get(PATH, opt=POLICY)
async def overview(request: AnyRequest) -> Response[str]:
    """List what can be done to many people at once."""
    trns = _ticked(request)
    asked = f"?{urlencode({'trns': trns})}" if trns else ""
    offers = tuple((f"{PATH}/{fix.slug}{asked}", fix.title) for fix in BULK_FIXES.values())
    return page(request, "console/bulk.html", BulkListPage(offers))


@get(f"{PATH}/{{fix:str}}", opt=POLICY)
async def show(request: AnyRequest, fix: FromPath[str]) -> Response[str]:
    """Ask whom to change, and how."""
    return await _form(request, _find(fix), {"trns": _ticked(request)}, {})


@post(f"{PATH}/{{fix:str}}", opt=POLICY, status_code=200)
async def ask(request: AnyRequest, fix: FromPath[str]) -> Response[str]:
    """Store what is wanted and begin with the dry run; nobody is changed."""
    found, form = _find(fix), await read_form(request)
    choices = await _choices(found)
    try:
        (trns, fields), reason = parse_both(lambda: _wanted(form, found, choices), lambda: parse_reason(form))
    except Invalid as invalid:
        return await _form(request, found, form, invalid.errors)
    asked = await ask_bulk(AskBulk(found, trns, fields, reason, staff_of(request).id))
    await go_on(Outside(request.app.state.trs, FIRST_ROUND), asked)
    return redirect(request, f"{PATH}/batches/{asked}")


def _ticked(request: AnyRequest) -> str:
    """Return the TRNs that the address gives, as those ticked on a list do."""
    given = " ".join(value for name, value in request.query_params.multi_items() if name == "trns")
    return " ".join(_TRN.findall(given)[:MOST])


def _wanted(
    form: Form, fix: BulkFix, choices: Mapping[str, Mapping[str, str]]
) -> tuple[tuple[str, ...], dict[str, str]]:
    def fields() -> dict[str, str]:
        wanted = {field.name: field for field in FIELDS[fix.slug] if field.name not in OPTIONAL}
        missing = {
            name: f"Select a value for “{field.label}”"
            for name, field in wanted.items()
            if form.get(name, "") not in choices[name]
        }
        if missing:
            raise Invalid(missing)
        given = {name: form[name] for name in choices if form.get(name)}
        for name in OPTIONAL & given.keys():
            parse_choices(form, name, list(choices[name]))
        return given

    return parse_both(lambda: parse_trns(form), fields)


def parse_trns(form: Form) -> tuple[str, ...]:
    """Return the TRNs pasted, each once, in their order; raises Invalid (ADM-6.2)."""
    typed = [part for part in _BETWEEN.split(form.get("trns", "")) if part]
    wrong = [part for part in typed if not _TRN.fullmatch(part)]
    if wrong:
        raise Invalid(trns=f"Each TRN must have 7 digits, which “{wrong[0][:20]}” has not")
    trns = tuple(dict.fromkeys(typed))
    if not trns:
        raise Invalid(trns="Enter at least one TRN")
    if len(trns) > MOST:
        raise Invalid(trns=f"Enter {MOST} TRNs at most. There are {len(trns)}")
    return trns


@get(f"{PATH}/batches/{{batch_id:str}}", opt=POLICY)
async def follow(request: AnyRequest, batch_id: FromPath[str]) -> Response[str]:
    """Show the dry run of a batch, or how far it is."""
    return await _batch_page(request, batch_id, {})


@post(f"{PATH}/batches/{{batch_id:str}}", opt=POLICY, status_code=200)
async def confirm(request: AnyRequest, batch_id: FromPath[str]) -> Response[str]:
    """Apply a batch to everybody who would change; each is looked at once more (ADM-6.2)."""
    found, form = await _batch(request, batch_id), await read_form(request)
    try:
        if found.confirmed_at is None:
            await confirm_bulk(found.public_id, staff_of(request).id, hold_mail=form.get("hold_mail") == "yes")
    except Refused as refused:
        if refused.code == NOT_YOURS:
            return error_page(request, 403)
        return await _batch_page(request, batch_id, {"hold_mail": refused.message})
    await go_on(Outside(request.app.state.trs, FIRST_ROUND), found.public_id)
    return redirect(request, f"{PATH}/batches/{found.public_id}")


@post(f"{PATH}/batches/{{batch_id:str}}/file", opt=POLICY, status_code=200)
async def file(request: AnyRequest, batch_id: FromPath[str]) -> Response[bytes]:
    """Answer what became of everybody as a file; that it was taken along is recorded (ADM-6.2, ADM-12.3)."""
    found = await batch(known_id(batch_id), 1, MOST)
    if found is None:
        raise NotFoundException
    rows = [
        (
            row.trn,
            row.name.displayed if row.name else "",
            row.found or "",
            row.found_why or "",
            row.result or "",
            row.result_why or "",
        )
        for row in found.rows
    ]
    what = f"Result of {found.fix}, batch {found.public_id}"
    await export_data(ExportData(what, len(rows), Reason(found.note, found.ticket), About()), staff_of(request).actor)
    return csv_file("result.csv", ("trn", "name", "dry_run", "because", "result", "result_because"), rows)


def _find(slug: str) -> BulkFix:
    if slug not in BULK_FIXES:
        raise NotFoundException
    return BULK_FIXES[slug]


async def _choices(fix: BulkFix) -> dict[str, Mapping[str, str]]:
    match fix.slug:
        case "appropriate-body":
            bodies = sorted(await appropriate_bodies(), key=lambda body: body.name.casefold())
            names = {str(body.public_id): body.name for body in bodies}
            return {"appropriate_body": names, "for_the_record": FOR_THE_RECORD}
        case "partnership":
            providers = (await read_choices()).lead_providers
            partners = {name: name for name in await partner_names()}
            return {"lead_provider": {str(one.public_id): one.name for one in providers}, "delivery_partner": partners}
        case "training-year":
            return {"year": {str(year): academic_year(year) for year in (await read_choices()).years}}
        case _:
            return {}


async def _form(
    request: AnyRequest, fix: BulkFix, values: Mapping[str, str], errors: Mapping[str, str]
) -> Response[str]:
    shown = BulkFormPage(fix.title, FIELDS[fix.slug], await _choices(fix), values, errors, MOST)
    return page(request, "console/bulk-form.html", shown, status=422 if errors else 200)


async def _batch(request: AnyRequest, batch_id: str) -> Batch:
    query = read_query(request)
    found = await batch(known_id(batch_id), page_number(query.get("page", "")), page_size(query))
    if found is None:
        raise NotFoundException
    return found


async def _batch_page(request: AnyRequest, batch_id: str, errors: Mapping[str, str]) -> Response[str]:
    found = await _batch(request, batch_id)
    title, here, own = (
        BY_ID[found.fix].title,
        f"{PATH}/batches/{found.public_id}",
        found.asked_by_id == staff_of(request).id,
    )
    fix = BY_ID[found.fix]
    entered = entered_in(FIELDS[fix.slug], await _choices(fix), found.fields)
    shown = BulkBatchPage(title, found, here, own, entered, errors)
    return page(request, "console/bulk-batch.html", shown, status=422 if errors else 200)


HANDLERS = [overview, follow, confirm, file, show, ask]
