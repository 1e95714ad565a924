"""The one controller of every journey: show a page, take an answer, submit (design, section 3).

A journey is described by a `Journey`; `handlers(journey)` returns its routes. What a page must do
beyond parsing is a hook; everything else follows from walking the journey.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from app.db.transaction import transaction
from app.drafts import store
from app.drafts.field_errors import count_errors
from app.drafts.store import AnswerChangedMeanwhile, Draft
from app.journeys.engine import Exit, Question, kept_form, walk
from app.terms import DraftState, Refused
from app.values import NOT_AN_OPTION, Form, Invalid
from app.web.forms import read_form, read_query
from app.web.journey_conflict import changed_meanwhile, has_changed
from app.web.journey_draft import find_and_read, find_draft, stand
from app.web.journey_frame import CHECK, frame_of
from app.web.journey_pages import (
    CheckPage,
    EndedPage,
    ExitPage,
    QuestionPage,
)
from app.web.page import page, redirect
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Request, Response

    from app.web.journey import Asked, Journey
    from app.web.session import Here

F = TypeVar("F")
C = TypeVar("C")
CONFIRMATION, CANCEL = "confirmation", "cancel"
CONFLICT, INVALID = 409, 422
NO_LONGER_OFFERED = "What you chose here is no longer available. Choose again."


async def show(journey: Journey[Any, Any], request: Request[Any, Any, Any], draft_id: str, step: str) -> Response[str]:
    """Show a page of a draft; one that can't be reached yet leads to where the draft stands (DRF-03, G-11)."""
    here = here_of(request)
    draft, beside = await find_and_read(journey, here, draft_id)
    if draft.state not in {DraftState.OPEN, DraftState.BLOCKED}:
        return await show_ended(journey, request, here, draft, step)
    asked = await stand(journey, request, here, draft, beside)
    if step == CHECK and asked.walked.complete:
        return show_check(journey, asked)
    question = asked.walked.question(step)
    if question is not None:
        return show_question(journey, asked, question)
    if asked.walked.exit is not None and asked.walked.exit.slug == step:
        return show_exit(journey, asked, asked.walked.exit)
    if asked.walked.question(journey.asides.get(step, "")) is not None:
        return show_exit(journey, asked, Exit(step, {"back": journey.at(draft.id, journey.asides[step])}))
    return redirect(request, journey.at(draft.id, asked.walked.next_slug))


async def show_ended(
    journey: Journey[Any, Any], request: Request[Any, Any, Any], here: Here, draft: Draft, step: str
) -> Response[str]:
    """Say what became of a draft; a submitted one has its confirmation (G-07, G-11, DRF-14)."""
    if draft.state is not DraftState.SUBMITTED or draft.outcome is None:
        return page(request, "journeys/ended.html", EndedPage(draft, journey.base if journey.starts else ""))
    if step != CONFIRMATION:
        return redirect(request, journey.at(draft.id, CONFIRMATION))
    context = await journey.confirmation(draft.outcome, here)
    return page(request, f"{journey.templates}/confirmation.html", context)


def show_question(
    journey: Journey[F, Any],
    asked: Asked[F],
    question: Question[Any],
    *,
    typed: Form | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    theirs: Form | None = None,
) -> Response[str]:
    """Show the page of a question: as first seen, as answered before, or with what was wrong (G-03, G-05)."""
    draft, query = asked.draft, read_query(asked.request)
    stored = draft.answers.get(question.slug)
    context = QuestionPage(
        question=question,
        frame=frame_of(journey, asked, question.slug),
        values=typed if typed is not None else (stored if stored is not None else question.initial),
        errors=errors or {},
        answer_version=draft.version_of(question.slug),
        changed=changed_sentence(journey, asked, question, query),
        theirs=question.show(question.parse(theirs)) if theirs is not None and is_good(question, theirs) else "",
        theirs_by=draft.last_saved_by if theirs is not None else "",
    )
    return page(asked.request, question.template or "journeys/question.html", context, status=status)


def is_good(question: Question[Any], form: Form) -> bool:
    """Tell whether a form still answers a question."""
    try:
        question.parse(form)
    except Invalid:
        return False
    return True


def changed_sentence(
    journey: Journey[Any, Any], asked: Asked[Any], question: Question[Any], query: Mapping[str, str]
) -> str:
    """Return why a page is asked again: its answer no longer holds, or the submit was refused (DRF-05, DRF-12)."""
    refusal = journey.refusals.get(query.get("reason", ""))
    if refusal is not None and refusal.slug == question.slug:
        return refusal.message
    stopped_here = asked.walked.stopped is not None and asked.walked.stopped.slug == question.slug
    message = next((message for message in asked.walked.changed.values() if message), "") if stopped_here else ""
    return NO_LONGER_OFFERED if message == NOT_AN_OPTION else message


def show_check(
    journey: Journey[F, Any],
    asked: Asked[F],
    *,
    typed: Form | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response[str]:
    """Show everything that will be saved; it never looks like a confirmation (G-06)."""
    context = CheckPage(
        frame=frame_of(journey, asked, CHECK),
        headline=journey.check_title,
        button_text=journey.check_button,
        rows=tuple(journey.rows(asked.walked, asked.facts)),
        notices=tuple(journey.notices(asked.walked, asked.facts, asked.here)),
        question=journey.asks(asked.walked, asked.facts),
        values=typed or {},
        errors=errors or {},
    )
    return page(asked.request, "journeys/check-answers.html", context, status=status)


async def take_check_answer(journey: Journey[F, Any], asked: Asked[F]) -> Response[str] | None:
    """Keep the answer to the question of the check page, if it has one; None to go on, also after another press."""
    question = journey.asks(asked.walked, asked.facts)
    if question is None:
        return None
    form, draft, here = await read_form(asked.request), asked.draft, asked.here
    try:
        kept = kept_form(question, form, question.parse(form))
    except Invalid as invalid:
        return show_check(journey, asked, typed=form, errors=invalid.errors, status=INVALID)
    with suppress(AnswerChangedMeanwhile):
        async with transaction():
            await store.save_answer(draft, CHECK, kept, draft.version_of(CHECK), here.actor, here.policy)
    return None


def show_exit(
    journey: Journey[F, Any],
    asked: Asked[F],
    dead_end: Exit,
    *,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response[str]:
    """Show a dead end: what was found, why it stops, what to do instead (G-08)."""
    context = ExitPage(
        frame=frame_of(journey, asked, dead_end.slug),
        details=dict(dead_end.details),
        asked=asked.draft,
        errors=errors or {},
    )
    return page(asked.request, journey.exits[dead_end.slug], context, status=status)


async def answer(
    journey: Journey[Any, Any], request: Request[Any, Any, Any], draft_id: str, step: str
) -> Response[str]:
    """Take what was posted to a page of a draft (G-03)."""
    here = here_of(request)
    draft, beside = await find_and_read(journey, here, draft_id)
    if draft.state not in {DraftState.OPEN, DraftState.BLOCKED}:
        return await show_ended(journey, request, here, draft, step)
    if step == CANCEL and journey.cancel:
        return await give_up(journey, request, here, draft)
    asked = await stand(journey, request, here, draft, beside)
    if step == CHECK:
        return await submit(asked)
    question = asked.walked.question(step)
    form = await read_form(request, question.many if question is not None else ())
    dead_end = asked.walked.exit
    if dead_end is not None and dead_end.slug == step and step in journey.exit_hooks:
        return await leave_exit(journey, asked, dead_end, form)
    if question is None or draft.state is DraftState.BLOCKED:
        return redirect(request, journey.at(draft.id, asked.walked.next_slug))
    return await take_answer(journey, asked, question, form)


async def give_up(
    journey: Journey[Any, Any], request: Request[Any, Any, Any], here: Here, draft: Draft
) -> Response[str]:
    """Delete the draft of a change that is not wanted any more, and go back (G-05)."""
    async with transaction():
        await store.delete(draft, here.actor)
    return redirect(request, journey.cancel)


async def leave_exit(journey: Journey[F, Any], asked: Asked[F], dead_end: Exit, form: Form) -> Response[str]:
    """Do what the one button of a dead end offers."""
    try:
        return await journey.exit_hooks[dead_end.slug](asked, form)
    except Invalid as invalid:
        return show_exit(journey, asked, dead_end, errors=invalid.errors, status=INVALID)


async def take_answer(journey: Journey[F, Any], asked: Asked[F], question: Question[Any], form: Form) -> Response[str]:
    """Check, act and store one answer, then go where the walk leads."""
    own = {name: value for name, value in form.items() if name in question.fields}
    hook = journey.hooks.get(question.slug)
    try:
        answered = question.parse(own)
        instead = await hook(asked, form) if hook is not None else None
    except Invalid as invalid:
        await count_errors(asked.draft.journey, invalid.errors)
        return show_question(journey, asked, question, typed=form, errors=invalid.errors, status=INVALID)
    if instead is not None:
        return instead
    try:
        return await save_and_go(journey, asked, question.slug, kept_form(question, form, answered), version_in(form))
    except AnswerChangedMeanwhile:
        return await show_conflict(journey, asked, question, form)


async def save_and_go(
    journey: Journey[F, Any], asked: Asked[F], slug: str, kept: Mapping[str, str], version: int
) -> Response[str]:
    """Walk with one more answer, then store it together with where the walk leads, and go there.

    Raises AnswerChangedMeanwhile.
    """
    here = asked.here
    draft = replace(asked.draft, answers={**asked.draft.answers, slug: kept})
    then = await stand_with(journey, asked, draft, slug)
    saved = await store.save_answer(asked.draft, slug, kept, version, here.actor, here.policy, stands_at(then))
    if saved.answers != draft.answers:  # another page was saved meanwhile, or taken away by what this one did
        return await go_on(journey, asked, saved)
    if then.walked.exit is not None and then.walked.exit.blocks:
        await store.block(draft, here.policy)
    return redirect(asked.request, journey.at(draft.id, then.walked.next_slug))


async def stand_with(journey: Journey[F, Any], asked: Asked[F], draft: Draft, slug: str) -> Asked[F]:
    """Walk with one more answer, after loading anew what depends on it."""
    if journey.reload is None:
        return await stand(journey, asked.request, asked.here, draft)
    reload = journey.reload.get(slug)
    facts = await reload(asked.facts, draft, asked.here) if reload is not None else asked.facts
    return replace(asked, draft=draft, facts=facts, walked=walk(journey.path, draft.answers, facts))


def version_in(form: Form) -> int:
    """Return the version of the answer that a form showed; nonsense counts as none."""
    typed = form.get("answer_version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0  # noqa: PLR2004 - fits an integer


async def show_conflict(
    journey: Journey[F, Any], asked: Asked[F], question: Question[Any], form: Form
) -> Response[str]:
    """Show both values after a colleague saved the same page meanwhile, and ask again (DRF-13)."""
    draft, beside = await find_and_read(journey, asked.here, str(asked.draft.id))
    if draft.state is not DraftState.OPEN:
        return redirect(asked.request, journey.at(draft.id, question.slug))
    fresh = await stand(journey, asked.request, asked.here, draft, beside)
    theirs = draft.answers.get(question.slug, {})
    return show_question(journey, fresh, question, typed=form, status=CONFLICT, theirs=theirs)


async def go_on(journey: Journey[F, Any], asked: Asked[F], saved: Draft | None = None) -> Response[str]:
    """Walk again and go to where the draft stands; a dead end for good blocks it (RE-27).

    saved: the draft as it was just saved; it is read when it isn't given.
    """
    draft = saved or await find_draft(journey, asked.here, str(asked.draft.id))
    fresh = await stand(journey, asked.request, asked.here, draft)
    if fresh.walked.exit is not None and fresh.walked.exit.blocks:
        await store.block(draft, asked.here.policy)
    await note_next(fresh)
    return redirect(asked.request, journey.at(draft.id, fresh.walked.next_slug))


async def note_next(asked: Asked[Any]) -> None:
    """Remember where a registration stands, for the list of unfinished ones and for support (DRF-08, CP-11)."""
    await store.stands_at(asked.draft, *stands_at(asked))


def stands_at(asked: Asked[Any]) -> tuple[str | None, str]:
    """Return the title for the list of unfinished registrations, None for none, and the slug (DRF-08, CP-11)."""
    walked, title = asked.walked, None
    if walked.exit is not None:
        title = walked.exit.stands
    elif asked.journey.starts:
        title = walked.stopped.title if walked.stopped is not None else asked.journey.check_title
    return title, walked.next_slug


async def submit(asked: Asked[Any]) -> Response[str]:
    """Submit exactly once: ask outside systems, then lock, load afresh, walk, perform and erase (DRF-11, DRF-12)."""
    journey, request, here, draft = asked.journey, asked.request, asked.here, asked.draft
    if not asked.walked.complete or has_changed(journey, asked):
        # The facts are read after the draft: another press may have submitted it in between, and changed them.
        if (await find_draft(journey, here, str(draft.id))).state is DraftState.SUBMITTED:
            return redirect(request, journey.at(draft.id, CONFIRMATION))
        if (changed := await changed_meanwhile(journey, asked)) is not None:
            return changed
    if not asked.walked.complete:
        return await go_back(journey, asked)
    if (instead := await before_submit(journey, asked)) is not None:
        return instead
    try:
        return await submit_locked(journey, request, here, draft, asked.walked.command)
    except Refused as refused:
        if refused.code not in journey.refusals:
            raise
        return explain(journey, request, draft, refused.code)


async def go_back(journey: Journey[F, Any], asked: Asked[F]) -> Response[str]:
    """Go to the earliest page that a submit failed at, with the reason where there is one (DRF-12, RE-27)."""
    dead_end = asked.walked.exit
    if dead_end is not None and dead_end.blocks:
        await store.block(asked.draft, asked.here.policy)
    await note_next(asked)
    if dead_end is not None and dead_end.refusal in journey.refusals:
        return explain(journey, asked.request, asked.draft, dead_end.refusal)
    return redirect(asked.request, journey.at(asked.draft.id, asked.walked.next_slug))


def explain(journey: Journey[Any, Any], request: Request[Any, Any, Any], draft: Draft, code: str) -> Response[str]:
    """Lead to the page that a refusal is about, which gives the reason (DRF-12)."""
    return redirect(request, f"{journey.at(draft.id, journey.refusals[code].slug)}?reason={code}")


async def before_submit(journey: Journey[F, Any], asked: Asked[F]) -> Response[str] | None:
    """Do what comes before the draft is locked: the check page's own question, and outside systems; None to go on."""
    if (wrong := await take_check_answer(journey, asked)) is not None:
        return wrong
    return await journey.refresh(asked) if journey.refresh is not None else None


async def submit_locked(
    journey: Journey[F, C], request: Request[Any, Any, Any], here: Here, draft: Draft, command: C
) -> Response[str]:
    """Do the part of a submit that holds the draft's lock."""
    async with transaction():
        await store.lock(draft.id)
        if journey.lock is not None:
            await journey.lock(command)
        fresh, beside = await find_and_read(journey, here, str(draft.id))
        if fresh.state is not DraftState.OPEN:
            return redirect(request, journey.at(draft.id, CONFIRMATION))
        asked = await stand(journey, request, here, fresh, beside)
        if (changed := await changed_meanwhile(journey, asked)) is not None:
            return changed
        if not asked.walked.complete:
            return await go_back(journey, asked)
        outcome = await journey.perform(asked.walked.command, asked.facts, here)
        await store.finish(fresh, outcome, here.actor)
    return redirect(request, journey.at(draft.id, CONFIRMATION))
