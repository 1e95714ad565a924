"""Corrections of names: the list with its filters, and what support decides about those that differ a lot (ADM-9)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast, get_args

from litestar import Request, Response, get, post

from app.console.apply_fix import try_out
from app.console.name_corrections import MOST_IN_FILE, Wanted, correcting_schools, corrections
from app.console.reasons import Reason, parse_reason
from app.events.record import About
from app.registration.changes.change_name import NameReason
from app.registration.changes.review_name import (
    GONE,
    MOST_TOGETHER,
    AcceptNames,
    RevertName,
    accept_names,
    revert_name,
)
from app.teachers.rules import NameBand
from app.terms import Refused
from app.values import Invalid, parse_both, parse_choice
from app.web.console.answers import wants_change
from app.web.console.asking import address, day_in, may, page_size, staff_of, unread_days
from app.web.console.exporting import EXPORTERS, export, export_form, file_address, may_export
from app.web.console.fix_pages import FixCheckPage
from app.web.forms import read_form, read_query
from app.web.page import page, redirect
from app.web.policies import staff_page
from app.web.schools.list_query import page_number
from app.web.session import visit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.console.name_corrections import CorrectingSchool, Correction, Corrections, YesOrNo
    from app.policy import Policy
    from app.values import Form

AnyRequest = Request[Any, Any, Any]
PATH = "/admin/name-corrections"
TO_LOOK_AT = f"{PATH}?flagged=yes&reviewed=no"
FILE_PATH = f"{PATH}/file"
KEPT = ("flagged", "reviewed", "band", "school", "since", "until", "size")
YES_OR_NO = ("yes", "no")
BANDS = {"minor": "Minor", "partial": "Partial", "large": "Large"}
CHOICES = {
    "flagged": {"yes": "Flagged", "no": "Not flagged"},
    "reviewed": {"no": "Not looked at yet", "yes": "Looked at"},
    "band": BANDS,
}
ACTS = {
    "accept": "Accept the name",
    "revert": "Put the teaching record’s name back",
}
DOING = {"accept": "Accept corrections of names", "revert": "Put the teaching record’s name back"}
DONE = {
    "accept": "The corrections are accepted.",
    "revert": "The teaching record’s name is back, and the school is told.",
    "gone": GONE,
}
REASONS = {reason.value: reason.words for reason in NameReason}
WHAT = "Corrections of names"
TICK_ONE = "Tick at least one correction"
ONE_BY_ONE = "Tick one correction to put a name back"
_NUMBER = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True)
class NameCorrectionsPage:
    """The corrections that were asked for, and the form for those that are ticked."""

    found: Corrections
    schools: tuple[CorrectingSchool, ...]
    policy: Policy
    asked: Mapping[str, str]
    unread: tuple[str, ...]
    choices: Mapping[str, Mapping[str, str]]
    bands: Mapping[str, str]
    reasons: Mapping[str, str]
    page_href: str
    file_href: str
    """Where the same corrections are had as a file; empty for those who may not."""
    may_act: bool
    acts: Mapping[str, str]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    done: str
    gone: str = GONE


@get(PATH, opt=staff_page(nav="queues"))
async def show(request: AnyRequest) -> Response[str]:
    """List corrections of names (ADM-9.5)."""
    return await _shown(request, {}, {})


@post(PATH, opt=staff_page("support", nav="queues"), status_code=200)
async def review(request: AnyRequest) -> Response[str]:
    """Check what accepting or putting back does; once confirmed, do it (ADM-1.3, ADM-9.6)."""
    form = await read_form(request, many=["flags"])
    if wants_change(form):
        return await _shown(request, form, {})
    try:
        (act, flags), reason = parse_both(lambda: _decision(form), lambda: parse_reason(form))
        return await _check_or_review(request, form, act, flags, reason)
    except Invalid as invalid:
        return await _shown(request, form, invalid.errors)
    except Refused as refused:
        if refused.code == "gone":
            return redirect(request, f"{TO_LOOK_AT}&done=gone")
        return await _shown(request, form, {refused.field: refused.message})


def _decision(form: Form) -> tuple[str, tuple[int, ...]]:
    def ticked() -> tuple[int, ...]:
        flags = tuple(map(int, _NUMBER.findall(form.get("flags", ""))))[: MOST_TOGETHER + 1]
        if not flags:
            raise Invalid(flags=TICK_ONE)
        if len(flags) > MOST_TOGETHER:
            raise Invalid(flags=f"Tick {MOST_TOGETHER} corrections at most")
        return flags

    act, flags = parse_both(lambda: parse_choice(form, "act", list(ACTS), "Select what to do with them"), ticked)
    if act == "revert" and len(flags) > 1:
        raise Invalid(flags=ONE_BY_ONE)
    return act, flags


async def _check_or_review(
    request: AnyRequest, form: Form, act: str, flags: tuple[int, ...], reason: Reason
) -> Response[str]:
    actor = staff_of(request).actor

    async def run() -> None:
        if act == "revert":
            await revert_name(RevertName(flags[0], reason.note, reason.ticket), actor)
        else:
            await accept_names(AcceptNames(flags, reason.note, reason.ticket), actor)

    if form.get("confirm") == "yes":
        await run()
        return redirect(request, f"{TO_LOOK_AT}&done={act}")
    effect = await try_out(run)
    fields = {"flags": " ".join(map(str, flags)), "act": act, "note": reason.note, "ticket": reason.ticket}
    return page(request, "console/fix-check.html", FixCheckPage(DOING[act], "", fields, effect, reason))


@get(FILE_PATH, opt=staff_page(*EXPORTERS, nav="queues"))
async def ask_for_file(request: AnyRequest) -> Response[str]:
    """Ask why the corrections are taken along in a file (ADM-12.3)."""
    return export_form(request, WHAT, PATH)


@post(FILE_PATH, opt=staff_page(*EXPORTERS, nav="queues"), status_code=200)
async def file(request: AnyRequest) -> Response[Any]:
    """Answer the corrections that the address asks for as a file, and record that (ADM-9.5, ADM-12.3)."""
    policy = visit_of(request).standing.policy

    async def make() -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
        found = await corrections(wanted_in(read_query(request)), policy, 1, MOST_IN_FILE)
        return "name-corrections.csv", HEADER, [_file_row(correction, policy) for correction in found.corrections]

    return await export(request, WHAT, PATH, About(), make)


HEADER = (
    "trn",
    "teaching_record_name",
    "name_before",
    "name_after",
    "score",
    "band",
    "reason",
    "where",
    "school_urn",
    "school",
    "author",
    "made_at",
    "state",
)


def _file_row(correction: Correction, policy: Policy) -> tuple[str, ...]:
    return (
        correction.trn,
        correction.trs_name,
        correction.old_name,
        correction.new_name,
        str(correction.score),
        correction.band(policy),
        REASONS.get(correction.reason, correction.reason),
        correction.where,
        correction.urn,
        correction.school,
        correction.author,
        correction.made_at.isoformat(timespec="seconds"),
        correction.state,
    )


async def _shown(request: AnyRequest, values: Mapping[str, str], errors: Mapping[str, str]) -> Response[str]:
    query, policy = read_query(request), visit_of(request).standing.policy
    wanted = wanted_in(query)
    shown = NameCorrectionsPage(
        found=await corrections(wanted, policy, page_number(query.get("page", "")), page_size(query)),
        schools=await correcting_schools(policy),
        policy=policy,
        asked={name: query.get(name, "")[:50] for name in KEPT},
        unread=unread_days(query),
        choices=CHOICES,
        bands=BANDS,
        reasons=REASONS,
        page_href=address(PATH, query, KEPT),
        file_href=file_address(FILE_PATH, query, KEPT) if may_export(request) else "",
        may_act=may(request, "support"),
        acts=ACTS,
        values=values,
        errors=errors,
        done=DONE.get(query.get("done", ""), ""),
    )
    return page(request, "console/name-corrections.html", shown, status=422 if errors else 200)


def wanted_in(query: Mapping[str, str]) -> Wanted:
    """Return which corrections an address asks for; what is unreadable in it counts as not given."""
    return Wanted(
        flagged=_yes_or_no(query, "flagged"),
        reviewed=_yes_or_no(query, "reviewed"),
        band=next((band for band in get_args(NameBand) if band == query.get("band")), ""),
        urn=query.get("school", "").strip()[:50],
        since=day_in(query, "since"),
        until=day_in(query, "until"),
    )


def _yes_or_no(query: Mapping[str, str], name: str) -> YesOrNo:
    return cast("YesOrNo", query[name]) if query.get(name) in YES_OR_NO else ""


HANDLERS = [show, review, ask_for_file, file]
