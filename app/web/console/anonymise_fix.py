"""Making somebody unrecognisable: asked for by one member of support, confirmed by another (FIX-15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from app.console.anonymisation_queries import AskedAnonymisation, NoteAbout, asked_anonymisation, notes_about
from app.registration.anonymise_teacher import (
    MERGED,
    AskToAnonymise,
    DecideAnonymisation,
    ask_to_anonymise,
    decide_anonymisation,
)
from app.registration.registering.start_dates import day_in_words
from app.values import parse_choice, parse_choices
from app.web.console.fixes import Fix

if TYPE_CHECKING:
    from datetime import date
    from typing import Literal

    from app.console.person_queries import PersonFile
    from app.terms import Actor
    from app.values import Form
    from app.web.console.fixes import Circumstances

EARLY = {"yes": "It is to be done although their last registration ended less than a year ago"}
DECISIONS = {
    "done": "Make them unrecognisable for good. This cannot be undone",
    "withdrawn": "Do not: withdraw what was asked",
}


@dataclass(frozen=True)
class ToAnonymise:
    """Whom it is about, and what was asked before."""

    person: PersonFile
    asked: AskedAnonymisation | None
    notes: tuple[NoteAbout, ...]
    """What staff wrote about them, which nothing rewrites."""


async def _load(person: PersonFile, _circumstances: Circumstances) -> ToAnonymise:
    return ToAnonymise(person, await asked_anonymisation(person.id), await notes_about(person.id))


def _possible(person: PersonFile) -> str:
    if person.anonymised_at:
        return "They are unrecognisable already."
    return f"{MERGED}." if person.merged_into else ""


def _initial(facts: ToAnonymise) -> dict[str, str]:
    if facts.asked is None:
        return {}
    said = facts.asked.note or f"ticket {facts.asked.ticket}"
    return {"asked": f"{facts.asked.by} asked for this on {day_in_words(facts.asked.at.date())}: {said}"}


def _choices(facts: ToAnonymise) -> dict[str, dict[str, str]]:
    """Return what is asked, and the notes to look through before that is answered."""
    said = (f"{day_in_words(one.at.date())}, {one.by or 'not known'}: {one.note}" for one in facts.notes)
    asked = {"decision": DECISIONS} if facts.asked else {"early": EARLY}
    return {**asked, "notes": {str(number): words for number, words in enumerate(said)}}


def _parse(form: Form, facts: ToAnonymise) -> AskToAnonymise | DecideAnonymisation:
    note, ticket = form.get("note", "").strip(), form.get("ticket", "").strip()
    if facts.asked is None:
        early = bool(parse_choices(form, "early", list(EARLY)))
        return AskToAnonymise(facts.person.id, early, note, ticket)
    decision = parse_choice(form, "decision", list(DECISIONS), "Select if it is to be done")
    return DecideAnonymisation(facts.person.id, cast("Literal['done', 'withdrawn']", decision), note, ticket)


async def _run(command: AskToAnonymise | DecideAnonymisation, actor: Actor, today: date) -> None:
    if isinstance(command, AskToAnonymise):
        await ask_to_anonymise(command, actor, today)
    else:
        await decide_anonymisation(command, actor, today)


FIXES: tuple[Fix[PersonFile, Any], ...] = (
    Fix(
        "FIX-15",
        "anonymise",
        "Make them unrecognisable",
        template="console/fixes/anonymise.html",
        possible=_possible,
        initial=_initial,
        parse=_parse,
        run=_run,
        choices=_choices,
        load=_load,
        done="It is recorded",
    ),
)
