"""Beginning a journey: from a start page, or with the first good answer (DRF-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from litestar.exceptions import NotFoundException

from app import clock
from app.drafts.start_draft import start_draft
from app.drafts.store import Draft, NewDraft
from app.journeys.engine import kept_form
from app.terms import DraftState
from app.values import Form, Invalid
from app.web.forms import read_form, read_query
from app.web.journey_draft import find_and_read, stand
from app.web.journey_pages import ExitPage, Frame, QuestionPage
from app.web.journeys import INVALID
from app.web.page import page, redirect
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Request, Response

    from app.journeys.engine import Exit, Question
    from app.terms import ECTAtSchoolId
    from app.web.journey import Asked, Journey
    from app.web.session import Here


async def begin(
    journey: Journey[Any, Any], request: Request[Any, Any, Any], *, for_ect: ECTAtSchoolId | None = None
) -> Response[str]:
    """Make a draft from the start page, for an ECT's stay if one is given, and go to its first question (DRF-02)."""
    here = here_of(request)
    new = NewDraft(journey.kind, journey.name, here.school.id, for_ect=for_ect)
    draft_id = await start_draft(new, here.actor, here.policy)
    draft, beside = await find_and_read(journey, here, str(draft_id))
    asked = await stand(journey, request, here, draft, beside)
    return redirect(request, journey.at(draft_id, asked.walked.next_slug))


def blank_draft(journey: Journey[Any, Any], here: Here) -> Draft:
    """Return what stands for the draft of a journey that nothing has been answered in."""
    now, nobody = clock.now(), here.user.id
    return Draft(
        UUID(int=0),
        journey.kind,
        journey.name,
        here.school.id,
        nobody,
        nobody,
        now,
        now,
        now,
        DraftState.OPEN,
        subject_stay_id=journey.about,
    )


async def show_first(journey: Journey[Any, Any], request: Request[Any, Any, Any]) -> Response[str]:
    """Show the first question of a journey that has no draft yet; nothing is stored (DRF-02)."""
    here = here_of(request)
    asked = await stand(journey, request, here, blank_draft(journey, here))
    if asked.walked.exit is not None:
        return show_exit_at_base(journey, asked, asked.walked.exit)
    return show_question_at_base(journey, asked, typed=None, errors={}, status=200)


def show_exit_at_base(journey: Journey[Any, Any], asked: Asked[Any], dead_end: Exit) -> Response[str]:
    """Show why a journey stops before its first question (G-08)."""
    context = ExitPage(frame_at_base(journey, asked), dict(dead_end.details), asked.draft)
    return page(asked.request, journey.exits[dead_end.slug], context)


def frame_at_base(journey: Journey[Any, Any], asked: Asked[Any]) -> Frame:
    """Return what surrounds the first page of a journey that has no draft yet."""
    return Frame(
        action=journey.base,
        back=journey.cancel,
        base=journey.base,
        subject=journey.subject(asked.facts, asked.walked),
        cancel=journey.cancel,
        cancel_text=journey.cancel_text,
        support_email=asked.here.policy.support_email,
    )


def show_question_at_base(
    journey: Journey[Any, Any], asked: Asked[Any], *, typed: Form | None, errors: Mapping[str, str], status: int
) -> Response[str]:
    """Show the first question at the journey's own address."""
    question = asked.walked.stopped
    if question is None:
        raise NotFoundException
    values = typed if typed is not None else {**question.initial, **preselected(question, read_query(asked.request))}
    context = QuestionPage(question, frame_at_base(journey, asked), values, errors)
    return page(asked.request, question.template or "journeys/question.html", context, status=status)


def preselected(question: Question[Any], query: Form) -> Form:
    """Return what a link to the first question chooses beforehand among its options (AM-01, WD-01)."""
    return {name: query[name] for name in question.fields if name in query and question.options}


async def answer_first(journey: Journey[Any, Any], request: Request[Any, Any, Any]) -> Response[str]:
    """Take the first answer of a journey that has no draft yet: a good one makes the draft (DRF-02)."""
    here = here_of(request)
    asked = await stand(journey, request, here, blank_draft(journey, here))
    question = asked.walked.stopped
    if asked.walked.exit is not None:
        return show_exit_at_base(journey, asked, asked.walked.exit)
    if question is None:
        raise NotFoundException
    form = await read_form(request, question.many)
    own = {name: value for name, value in form.items() if name in question.fields}
    hook = journey.hooks.get(question.slug)
    try:
        answered = question.parse(own)
        if hook is not None:
            instead = await hook(asked, form)
            if instead is not None:
                return instead
    except Invalid as invalid:
        return show_question_at_base(journey, asked, typed=form, errors=invalid.errors, status=INVALID)
    answers = {question.slug: kept_form(question, form, answered)}
    seen = journey.seen(asked.facts) if journey.seen is not None else None
    new = NewDraft(journey.kind, journey.name, here.school.id, answers, about=journey.about, seen=seen)
    draft_id = await start_draft(new, here.actor, here.policy)
    draft, beside = await find_and_read(journey, here, str(draft_id))
    fresh = await stand(journey, request, here, draft, beside)
    return redirect(request, journey.at(draft_id, fresh.walked.next_slug))
