"""Changing the appropriate body of several ECTs at once (CH-11)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from litestar import Response, get, post
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time
from litestar.plugins.htmx import HTMXRequest  # noqa: TC002 - as above

from app.journeys import kinds
from app.journeys.engine import Ask, Option, Question, Row, Walk, walk
from app.registration.changes.change_appropriate_body import ChangeAppropriateBody, change_appropriate_body, plan
from app.registration.people.school_queries import body_holders
from app.terms import AppropriateBodyId, DraftKind, ECTAtSchoolId, SchoolId
from app.values import Form, Invalid
from app.web import journey_start, journeys
from app.web.journey import Asked, Journey
from app.web.journey_pages import ConfirmationPage
from app.web.policies import journey_page, school_page
from app.web.schools.change_details.appropriate_body import TOLD, SchoolBodies, body_question, school_bodies

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.drafts.store import Draft
    from app.registration.changes.body_changes import BodyHolder
    from app.registration.changes.change_appropriate_body import BodyChanged
    from app.web.session import Here

BASE = "/school/ects/change-appropriate-body"
FIRST, BODY = "change-appropriate-body", "appropriate-body"
PAGE = journey_page(school_page(gated=True, nav="ects"))
NOBODY = "None of the ECTs you selected can change to this appropriate body. Select another one"
Seen = dict[ECTAtSchoolId, AppropriateBodyId | None]
"""The ECTs chosen, each with the appropriate body that was reported of them then."""


@dataclass(frozen=True)
class SeveralFacts:
    """Every ECT of the school whose registration stands, and what can be chosen."""

    school_id: SchoolId
    ects: tuple[BodyHolder, ...]
    school: SchoolBodies

    @property
    def open(self) -> tuple[BodyHolder, ...]:
        """The ECTs in progress whose induction nobody has recorded."""
        return tuple(holder for holder in self.ects if holder.can_change(self.school.today))


def ask_for_several(ask: Ask, facts: SeveralFacts) -> ChangeAppropriateBody:
    """Ask whose appropriate body changes, and to which."""
    seen = ask(which_ects(facts))
    chosen = [holder for holder in facts.ects if holder.stay.id in seen]
    body = ask(body_question(BODY, "Which appropriate body will assure their induction?", facts.school.offered(chosen)))
    return ChangeAppropriateBody(facts.school_id, facts.school.kind, seen, body)


def which_ects(facts: SeveralFacts) -> Question[Seen]:
    """Ask whose appropriate body changes; an answer once given holds, with what was reported then (CON-01)."""
    by_id = {str(holder.public_id): holder for holder in facts.open}
    question = kinds.checkboxes(
        FIRST,
        "Which ECTs do you want to change the appropriate body of?",
        "ect_ids",
        [Option(value, holder.displayed, ect_hint(holder, facts)) for value, holder in by_id.items()],
        "Select the ECTs whose appropriate body changes",
        template="journeys/several-bodies/which-ects.html",
        hint="Only ECTs in progress are listed whose induction no appropriate body has recorded yet",
    )

    def parse(form: Form) -> Seen:
        if "seen" in form:
            return {ECTAtSchoolId(int(stay)): body for stay, body in json.loads(form["seen"]).items()}
        return {by_id[value].stay.id: by_id[value].reported_id for value in question.parse(form)}

    return replace(  # type: ignore[return-value]
        question,
        parse=parse,  # type: ignore[arg-type]
        keep=lambda seen: {"seen": json.dumps(seen)},
        show=partial(names, facts),
    )


def names(facts: SeveralFacts, seen: Any) -> str:
    """Return who was chosen, by name."""
    return ", ".join(holder.displayed for holder in facts.ects if holder.stay.id in seen)


def ect_hint(holder: BodyHolder, facts: SeveralFacts) -> str:
    """Return what tells ECTs of one name apart, and the appropriate body each has now."""
    return f"TRN {holder.trn}. On record now: {holder.reported_words(facts.school.today)}"


def planned(command: object, facts: SeveralFacts) -> BodyChanged | None:
    """Return who changes and who is left out, as things stand."""
    return plan(command, facts.ects, facts.school.today) if isinstance(command, ChangeAppropriateBody) else None


async def refuse_nobody(asked: Asked[SeveralFacts], form: Form) -> None:
    """Refuse an appropriate body that none of the ECTs can change to."""
    again = {**asked.draft.answers, BODY: {"appropriate_body_id": form.get("appropriate_body_id", "")}}
    then = planned(walk(ask_for_several, again, asked.facts).command, asked.facts)
    if then is not None and not then.changed:
        raise Invalid(appropriate_body_id=NOBODY)


def lists(changed: Iterable[BodyHolder], today: Any) -> tuple[str, ...]:
    """Return who changes, each with the present body."""
    return tuple(f"{holder.displayed} (now: {holder.reported_words(today)})" for holder in changed)


def rows(walked: Walk, facts: SeveralFacts) -> list[Row]:
    """Return the body, who changes, and who is left out and why (CH-11)."""
    done = planned(walked.command, facts)
    if done is None:
        return []
    left_out = tuple(f"{holder.displayed}: {reason.words}" for holder, reason in done.left_out)
    found = [
        Row("appropriate-body", "New appropriate body", walked.command.body.name, BODY),
        Row("ects", "Who changes", "" if done.changed else "Nobody", FIRST, lists(done.changed, facts.school.today)),
    ]
    return [*found, Row("left-out", "Who does not change", "", FIRST, left_out)] if left_out else found


async def perform(command: ChangeAppropriateBody, _facts: SeveralFacts, here: Here) -> Mapping[str, Any]:
    """Change the body of everybody who can get it, and keep both lists for the confirmation."""
    done = await change_appropriate_body(command, here.actor, here.today)
    return {
        "body": command.body.name,
        "changed": [[holder.displayed, str(holder.public_id)] for holder in done.changed],
        "left_out": [[holder.displayed, reason.words] for holder, reason in done.left_out],
    }


async def confirmation(outcome: Mapping[str, Any], _here: Here) -> ConfirmationPage:
    """Say whose appropriate body changed and whose did not, and why (CH-11)."""
    number = len(outcome["changed"])
    people = "1 ECT" if number == 1 else f"{number} ECTs"
    headline = (
        f"The appropriate body of {people} has been changed" if number else "No appropriate body has been changed"
    )
    return ConfirmationPage(headline, outcome, (TOLD.format(outcome["body"]),) if number else ())


async def load(_draft: Draft, here: Here) -> SeveralFacts:
    """Load the ECTs and what can be chosen."""
    return SeveralFacts(here.school.id, await body_holders(here.school.id), await school_bodies(here))


JOURNEY: Journey[SeveralFacts, ChangeAppropriateBody] = Journey(
    name="several-change-appropriate-body",
    base=BASE,
    kind=DraftKind.CHANGE,
    path=ask_for_several,
    load=load,
    perform=perform,
    rows=rows,
    check_title="Check whose appropriate body changes",
    check_button="Confirm and change the appropriate body",
    templates="journeys/several-bodies",
    confirmation=confirmation,
    exits={},
    notices=lambda walked, _facts, _here: (TOLD.format(walked.command.body.name),),
    hooks={BODY: refuse_nobody},
    cancel="/school/ects",
    cancel_text="Cancel and go back to your ECTs",
)


@get(BASE, opt=PAGE)
async def first(request: HTMXRequest) -> Response[str]:
    """Show the first question."""
    return await journey_start.show_first(JOURNEY, request)


@post(BASE, opt=PAGE, status_code=200)
async def answer_first(request: HTMXRequest) -> Response[str]:
    """Take the first answer."""
    return await journey_start.answer_first(JOURNEY, request)


@get(f"{BASE}/{{draft_id:str}}/{{step:str}}", opt=PAGE)
async def show(request: HTMXRequest, draft_id: FromPath[str], step: FromPath[str]) -> Response[str]:
    """Show a step."""
    return await journeys.show(JOURNEY, request, draft_id, step)


@post(f"{BASE}/{{draft_id:str}}/{{step:str}}", opt=PAGE, status_code=200)
async def answer(request: HTMXRequest, draft_id: FromPath[str], step: FromPath[str]) -> Response[str]:
    """Take an answer, or the confirmation."""
    return await journeys.answer(JOURNEY, request, draft_id, step)


HANDLERS = [first, answer_first, show, answer]
