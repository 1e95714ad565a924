"""Unfinished registrations: the list, and deleting one (DR-01, DRF-08, DRF-15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app import clock
from app.drafts import store
from app.drafts.delete_draft import delete_draft
from app.registration.people.school_queries import corrected_names
from app.registration.registering.unfinished import name_of, unfinished
from app.schools.rules import may_register_ects
from app.terms import DraftKind, DraftState
from app.values import Invalid, parse_choice
from app.web.forms import known_id, read_form
from app.web.missing import missing
from app.web.page import page, redirect
from app.web.policies import school_page
from app.web.session import here_of

if TYPE_CHECKING:
    from datetime import datetime

    from app.drafts.store import Draft
    from app.registration.registering.unfinished import Unfinished
    from app.web.session import Here

ROLES = {DraftKind.REGISTER_ECT: "ECT", DraftKind.REGISTER_MENTOR: "Mentor"}
BASES = {DraftKind.REGISTER_ECT: "/school/register-ect", DraftKind.REGISTER_MENTOR: "/school/register-mentor"}
UNFINISHED = frozenset({DraftState.OPEN, DraftState.BLOCKED})


@dataclass(frozen=True)
class Row:
    """One unfinished registration in the list (DRF-08)."""

    name: str
    trn: str
    role: str
    started_by: str
    last_saved_by: str
    last_saved_at: datetime
    deleted_at: datetime
    expires_soon: bool
    next_question: str
    resume: str
    delete: str


@dataclass(frozen=True)
class DraftsPage:
    """The unfinished registrations of the school."""

    drafts: tuple[Row, ...]
    may_register: bool


@dataclass(frozen=True)
class DeletePage:
    """The question before an unfinished registration is deleted; the name is empty before a match."""

    name: str
    back: str
    errors: dict[str, str]
    values: dict[str, str]


@get("/school/drafts", opt=school_page(gated=True, nav="home"))
async def show_list(request: Request[Any, Any, Any]) -> Response[str]:
    """List the school's unfinished registrations (DR-01)."""
    here = here_of(request)
    found = await unfinished(here.school.id, clock.now(), here.policy, here.calendar)
    context = DraftsPage(tuple(row_of(draft) for draft in found), may_register_ects(here.level))
    return page(request, "schools/drafts.html", context)


def row_of(draft: Unfinished) -> Row:
    """Return an unfinished registration as a row."""
    return Row(
        draft.name,
        draft.trn,
        ROLES[draft.kind],
        draft.started_by,
        draft.last_saved_by,
        draft.last_saved_at,
        draft.deleted_at,
        draft.expires_soon,
        draft.next_question,
        resume=f"{BASES[draft.kind]}/{draft.id}",
        delete=f"/school/drafts/{draft.id}/delete",
    )


@get("/school/drafts/{draft_id:str}/delete", opt=school_page(gated=True, nav="home"))
async def ask_delete(request: Request[Any, Any, Any], draft_id: FromPath[str]) -> Response[str]:
    """Ask once before deleting (DR-01); of one that has ended, its own address says what became of it."""
    draft = await find(here_of(request), draft_id)
    if not is_unfinished(draft):
        return redirect(request, f"{BASES[draft.kind]}/{draft.id}")
    return page(request, "schools/delete-draft.html", await delete_page(draft, {}))


@post("/school/drafts/{draft_id:str}/delete", opt=school_page(gated=True, nav="home"), status_code=303)
async def delete(request: Request[Any, Any, Any], draft_id: FromPath[str]) -> Response[str]:
    """Delete an unfinished registration for good, then home with a notice (DRF-15)."""
    here = here_of(request)
    draft = await find(here, draft_id)
    if not is_unfinished(draft):
        return redirect(request, f"{BASES[draft.kind]}/{draft.id}")
    message = "Select yes if you want to delete this unfinished registration"
    try:
        answer = parse_choice(await read_form(request), "confirm_delete", ["yes", "no"], message)
    except Invalid as invalid:
        return page(request, "schools/delete-draft.html", await delete_page(draft, invalid.errors), status=422)
    if answer == "no":
        return redirect(request, "/school/home")
    await delete_draft(draft, here.actor)
    return redirect(request, "/school/home?notice=draft-deleted")


async def find(here: Here, draft_id: str) -> Draft:
    """Return a registration draft of the school; raises NotFoundException for anything else (GEN-05)."""
    draft = await store.load(known_id(draft_id), here.school.id)
    if draft is None:
        raise await missing(here, known_id(draft_id))
    if draft.kind not in BASES:
        raise NotFoundException
    return draft


def is_unfinished(draft: Draft) -> bool:
    """Tell whether a draft can still be gone on with or deleted."""
    return draft.state in UNFINISHED and draft.expires_at > clock.now()


async def delete_page(draft: Draft, errors: dict[str, str]) -> DeletePage:
    """Return the context of the question."""
    names = await corrected_names([draft.trn]) if draft.trn is not None and draft.matched else {}
    name = name_of(draft, names) if draft.matched else ""
    return DeletePage(name, f"{BASES[draft.kind]}/{draft.id}", errors, {})


HANDLERS = [show_list, ask_delete, delete]
