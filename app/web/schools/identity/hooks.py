"""What the identity pages do beyond storing an answer: look-ups, other drafts, asking to be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app import clock
from app.drafts import store
from app.drafts.delete_draft import delete_draft, delete_other_draft
from app.registration.complete_induction import outcome_found
from app.settings import settings
from app.teachers import snapshot as snapshots
from app.teachers.look_up import Found, Limited, LookUp, Missed, TryLater, look_up
from app.teachers.trs import Found as ReadAgain
from app.teachers.trs import Unavailable
from app.terms import TRN, DraftState, IdentityMatch, LookupOutcome
from app.values import add_months, parse_choice, parse_national_insurance_number
from app.web.journey_pages import Frame
from app.web.journeys import go_on
from app.web.page import page, redirect
from app.web.schools.identity.questions import find as find_question

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from litestar.response import Response

    from app.drafts.store import Draft
    from app.teachers.look_up import Answer, Outcome
    from app.teachers.trs import TeachingRecords
    from app.values import Form
    from app.web.journey import Asked

    # The facts of either registration: Asked[RegistrationFacts] would be refused where a subclass is expected.
    FactsAsked = Asked[Any]

RETRY_SECONDS = 60
STEPS = {
    LookupOutcome.TRN_NOT_FOUND: "trn-not-found",
    LookupOutcome.DATE_OF_BIRTH_MISMATCH: "national-insurance-number",
    LookupOutcome.NATIONAL_INSURANCE_NUMBER_MISMATCH: "not-found",
}


@dataclass(frozen=True)
class TryAgainPage:
    """The teaching record system did not answer; fields: what was typed, so that one press sends it again."""

    frame: Frame
    fields: Mapping[str, str]
    seconds: int = RETRY_SECONDS


@dataclass(frozen=True)
class TooManyPage:
    """The limit of look-ups is reached."""

    frame: Frame
    until: Any


def address(asked: FactsAsked, step: str) -> str:
    """Return the address of a page of the draft."""
    return f"{asked.facts.registering.base}/{asked.draft.id}/{step}"


def trs_of(asked: FactsAsked) -> TeachingRecords:
    """Return the port to the teaching record system."""
    trs: TeachingRecords = asked.request.app.state.trs
    return trs


async def find(asked: FactsAsked, form: Form) -> Response[str]:
    """Look a teacher up by TRN and date of birth (RE-04, RM-03, IDN-02)."""
    trn, born = find_question(asked.facts).parse(form)
    return await ask_and_go_on(
        asked, trn, IdentityMatch.DATE_OF_BIRTH, lambda: trs_of(asked).match_by_date_of_birth(trn, born), form
    )


async def check_national_insurance_number(asked: FactsAsked, form: Form) -> Response[str]:
    """Look the same teacher up by National Insurance number (RE-05, RM-04, IDN-02)."""
    number, trn = parse_national_insurance_number(form), asked.draft.trn
    if trn is None:
        return redirect(asked.request, address(asked, asked.facts.registering.find))
    return await ask_and_go_on(
        asked,
        trn,
        IdentityMatch.NATIONAL_INSURANCE_NUMBER,
        lambda: trs_of(asked).match_by_national_insurance_number(trn, number),
        form,
    )


async def ask_and_go_on(
    asked: FactsAsked, trn: TRN, by: IdentityMatch, ask: Callable[[], Awaitable[Outcome]], form: Form
) -> Response[str]:
    """Ask within the limits and lead on by the answer; the second fact is gone afterwards (IDN-03)."""
    here = asked.here
    wanted = LookUp(trn, by, asked.facts.registering.role, here.school.id, here.user.id)
    got: Answer = await look_up(wanted, ask, here.policy)
    match got:
        case Found(record):
            snapshot = snapshots.take(record, here.today, settings().prohibition_categories)
            stored = snapshots.to_dict(snapshot)
            matched = await store.match(asked.draft, trn, by, stored, here.actor, here.policy)
            await outcome_found(trn, snapshot, here.today)
            return await go_on(asked.journey, asked, matched)
        case Missed(outcome):
            step = STEPS[outcome]
            await store.note_lookup(asked.draft, step, trn, here.actor)
            return redirect(asked.request, address(asked, step))
        case Limited(until):
            return too_many(asked, until)
        case TryLater(retry_after):
            return try_again(asked, form, retry_after)


def too_many(asked: FactsAsked, until: Any) -> Response[str]:
    """Answer that the limit of look-ups is reached, and when it ends (IDN-05, RE-26)."""
    seconds = max(1, int((until - clock.now()).total_seconds()))
    context = TooManyPage(frame(asked), until)
    headers = {"Retry-After": str(seconds)}
    return page(asked.request, "journeys/too-many-attempts.html", context, status=429, headers=headers)


def try_again(asked: FactsAsked, fields: Mapping[str, str], retry_after: int | None) -> Response[str]:
    """Answer that the teaching record system can't be asked just now; nothing is lost (EXT-2.18, RE-26)."""
    seconds = retry_after or RETRY_SECONDS
    kept = {name: value for name, value in fields.items() if name not in {"csrf_token", "school_mark"}}
    context = TryAgainPage(frame(asked), kept, seconds)
    headers = {"Retry-After": str(seconds)}
    return page(asked.request, "journeys/try-again-later.html", context, status=503, headers=headers)


def frame(asked: FactsAsked) -> Frame:
    """Return what surrounds an answer to the post itself."""
    path = str(asked.request.url.path)
    return Frame(
        action=path,
        back=path,
        base=address(asked, ""),
        draft_id=str(asked.draft.id),
        listed=asked.draft.matched,
        unmatched=not asked.draft.matched,
        support_email=asked.here.policy.support_email,
    )


async def settle_other_draft(asked: FactsAsked, form: Form) -> Response[str] | None:
    """Continue the draft begun first, deleting this one, or the other way round (DRF-10)."""
    other = asked.facts.other_draft
    if other is None:
        return None
    if form.get("draft_choice") == "continue_existing":
        await delete_draft(asked.draft, asked.here.actor)
        return redirect(asked.request, f"{asked.facts.registering.base}/{other.id}")
    await delete_other_draft(other.id, asked.here.school.id, asked.here.actor)
    return redirect(asked.request, f"{asked.facts.registering.base}/{asked.draft.id}")


async def settle_name(asked: FactsAsked, form: Form) -> Response[str] | None:
    """Drop a correction that was another person's name, and ask for the name again (RE-08)."""
    if form.get("same_person") != "no":
        return None
    review = asked.facts.registering.review
    await store.forget_answer(asked.draft, review)
    return redirect(asked.request, address(asked, review))


async def note_corrected(asked: FactsAsked, form: Form) -> Response[str] | None:
    """Ask again about the same person whenever the correction changes (NAM-04)."""
    before = asked.draft.answers.get(asked.facts.registering.review, {})
    if before.get("corrected_name") != form.get("corrected_name"):
        await store.forget_answer(asked.draft, "confirm-name")
    return None


async def tell_when_open(asked: FactsAsked, form: Form) -> Response[str]:
    """Note that the user wants to be told when registration opens, and keep the draft until then (RE-25, CP-05)."""
    message = "Select “Continue and email me when it opens” if you want to be told"
    parse_choice(form, "tell_me_when_open", ["yes"], message)
    await store.ask_to_be_told(asked.draft, asked.here.actor, keep_until(asked))
    return redirect(asked.request, address(asked, "cannot-register-yet?told=yes"))


def keep_until(asked: FactsAsked) -> Any:
    """Return until when a waiting draft is kept: 30 days after opening, at most 12 months (DRF-09)."""
    dead_end = asked.walked.exit
    opens_on = dead_end.details.get("opens_on") if dead_end is not None else None
    latest = add_months(asked.here.today, 12)
    wanted = opens_on + timedelta(days=30) if opens_on is not None else latest
    return clock.at_noon(min(wanted, latest))


async def read_again(asked: FactsAsked) -> Response[str] | None:
    """Ask the teaching record system again before a submit; no lock is held meanwhile (IDN-11)."""
    draft: Draft = asked.draft
    if draft.trn is None or draft.state is not DraftState.OPEN:
        return None
    outcome = await trs_of(asked).read(draft.trn)
    if isinstance(outcome, ReadAgain):
        snapshot = snapshots.take(outcome.record, asked.here.today, settings().prohibition_categories)
        await store.refresh(draft, snapshots.to_dict(snapshot))
        await outcome_found(draft.trn, snapshot, asked.here.today)
        return None
    if isinstance(outcome, Unavailable):
        return None if is_fresh(asked) else try_again(asked, {}, outcome.retry_after)
    await store.unmatch(draft, "trn-not-found")
    return redirect(asked.request, address(asked, "trn-not-found"))


def is_fresh(asked: FactsAsked) -> bool:
    """Tell whether the snapshot may still be used when the teaching record system can't be reached (IDN-11)."""
    fetched = asked.draft.trs_fetched_at
    if fetched is None:
        return False
    age = clock.now() - fetched
    return timedelta(0) <= age <= timedelta(hours=asked.here.policy.trs_snapshot_hours)


HOOKS = {
    "national-insurance-number": check_national_insurance_number,
    "already-in-progress": settle_other_draft,
    "confirm-name": settle_name,
}
"""The hooks of the pages whose slugs both registrations share."""
