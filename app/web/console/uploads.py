"""Bringing in files of the school register or of reference data: dry run first, then applied by its hash (ADM-13.3)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.console.timeline import Whose
from app.events.record import About
from app.refdata.uploads import ApplyUpload, BringFiles, Upload, apply_upload, bring_files, packed, upload
from app.values import Invalid, clean, parse_choice
from app.web.console import fixes
from app.web.console.asking import staff_of
from app.web.console.done import done_here
from app.web.console.fixes import Field, Fix, Target, by_slug, without_day
from app.web.console.imports import KINDS, OVERRIDES, PATH, in_words, plain
from app.web.console.offers import offered_below
from app.web.forms import known_id, read_files, read_form
from app.web.page import page, redirect
from app.web.policies import staff_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.values import Form
    from app.web.console.done import Notification

LARGEST = 100_000_000
"""Bytes of one file."""
FILES = ("first", "second")
ROOM = len(FILES) * LARGEST + 1_000_000
LONGEST_NAME = 200
STATES = {
    "waiting": ("The dry run starts within a minute", "yellow"),
    "checking": ("Dry run going on", "yellow"),
    "checked": ("Dry run done: nothing is written yet", "blue"),
    "asked": ("Is applied within a minute", "yellow"),
    "applying": ("Being applied", "yellow"),
    "done": ("Done", "green"),
    "refused": ("Refused by a safety rule", "red"),
    "failed": ("Has errors: nothing is written", "red"),
}


@dataclass(frozen=True)
class BringPage:
    """The form that takes files."""

    kinds: Mapping[str, str]
    values: Mapping[str, str]
    errors: Mapping[str, str]


@dataclass(frozen=True)
class UploadPage:
    """What became of files, with the report of the dry run, then of the run."""

    upload: Upload
    kind: str
    state: tuple[str, str]
    going_on: bool
    refusal: str
    override: str
    """The safety rule that is set aside, in words."""
    lines: tuple[tuple[str, tuple[str, ...]], ...]
    """What is wrong, odd and changes."""
    fixes: tuple[tuple[str, str], ...]
    notification: Notification | None


def _apply(form: Form, found: Upload) -> ApplyUpload:
    note, ticket = form.get("note", "").strip(), form.get("ticket", "").strip()
    return ApplyUpload(found.public_id, form.get("hash", ""), note, ticket, found.overridable)


def _why_not(found: Upload) -> str:
    return "" if found.state == "checked" else "There is no good dry run of these files."


def _why_not_forced(found: Upload) -> str:
    return "" if found.overridable else "No safety rule that can be set aside refused these files."


FIXES: Mapping[str, Fix[Upload, Any]] = by_slug(
    *(
        Fix(
            "",
            slug,
            title,
            possible=possible,
            initial=lambda found: {"hash": found.hash},
            parse=_apply,
            run=without_day(apply_upload),
            fields=(Field("hash", "", "hidden"),),
        )
        for slug, title, possible in (
            ("apply", "Apply this run", _why_not),
            ("force", "Apply it against the safety rule", _why_not_forced),
        )
    )
)


@get(f"{PATH}/new", opt=staff_page("data", nav="imports"))
async def new(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the form that takes files."""
    return _form(request, {}, {})


@post(f"{PATH}/new", opt=staff_page("data", nav="imports"), status_code=303, request_max_body_size=ROOM)
async def bring(request: Request[Any, Any, Any]) -> Response[str]:
    """Keep the files and lead to the page of their dry run."""
    form = await read_form(request)
    try:
        kind = parse_choice(form, "kind", list(KINDS), "Select what the files hold")
        command = BringFiles(kind, await _files(request))
    except Invalid as invalid:
        return _form(request, form, invalid.errors)
    content = await asyncio.to_thread(packed, command.files)
    public_id = await bring_files(command, content, staff_of(request).actor)
    return redirect(request, f"{PATH}/uploads/{public_id}")


async def _files(request: Request[Any, Any, Any]) -> list[tuple[str, bytes]]:
    found, given = [], await read_files(request)
    for name in FILES:
        file = given.get(name)
        if file and file.filename:
            content = await file.read()
            if len(content) > LARGEST:
                raise Invalid({name: f"The file must be smaller than {LARGEST // 1_000_000} MB"})
            found.append((clean(file.filename)[-LONGEST_NAME:].replace("/", "-"), content))
    if not found:
        raise Invalid(first="Select a file")
    return found


@get(f"{PATH}/uploads/{{upload_id:str}}", opt=staff_page(nav="imports"))
async def show(request: Request[Any, Any, Any], upload_id: FromPath[str]) -> Response[str]:
    """Show how far files have come; while something goes on the page looks again by itself (ADM-13.2)."""
    found = await _found(upload_id)
    path = f"{PATH}/uploads/{found.public_id}"
    offered = offered_below(request, "data", FIXES, found, path)
    report = found.report
    context = UploadPage(
        upload=found,
        kind=KINDS[found.kind],
        state=STATES[found.state],
        going_on=found.is_going_on,
        refusal=plain(report.get("refusal", "")),
        override=OVERRIDES.get(found.override, ""),
        lines=(
            ("What is wrong", tuple(map(in_words, report.get("errors", ())))),
            ("What is odd", tuple(map(in_words, report.get("warnings", ())))),
            ("What changes", tuple(report.get("changes", ()))),
        ),
        fixes=offered,
        notification=done_here(request),
    )
    return page(request, "console/upload.html", context)


@get(f"{PATH}/uploads/{{upload_id:str}}/{{act:str}}", opt=staff_page("data", nav="imports"))
async def show_change(request: Request[Any, Any, Any], upload_id: FromPath[str], act: FromPath[str]) -> Response[str]:
    """Show the form that applies files."""
    return await fixes.show(request, fixes.find(FIXES, act), _target(await _found(upload_id), act))


@post(f"{PATH}/uploads/{{upload_id:str}}/{{act:str}}", opt=staff_page("data", nav="imports"), status_code=200)
async def submit_change(request: Request[Any, Any, Any], upload_id: FromPath[str], act: FromPath[str]) -> Response[str]:
    """Check that the files are to be applied, or ask for it once it is confirmed."""
    return await fixes.submit(request, fixes.find(FIXES, act), _target(await _found(upload_id), act))


def _form(request: Request[Any, Any, Any], values: Mapping[str, str], errors: Mapping[str, str]) -> Response[str]:
    status = 422 if errors else 200
    return page(request, "console/bring-files.html", BringPage(KINDS, values, errors), status=status)


async def _found(upload_id: str) -> Upload:
    found = await upload(known_id(upload_id))
    if found is None:
        raise NotFoundException
    return found


def _target(found: Upload, act: str) -> Target[Upload]:
    path = f"{PATH}/uploads/{found.public_id}"
    return Target(found, found.source_name, path, About(), Whose(), f"{path}/{act}")


HANDLERS = [new, bring, show, show_change, submit_change]
