"""How staff record, correct and remove periods of induction for an appropriate body (FIX-24)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.registration.correct_inductions import (
    CorrectInduction,
    RecordInduction,
    RemoveInduction,
    correct_induction,
    record_induction,
    remove_induction,
)
from app.registration.induction_rules import MOST_TERMS, InductionSaid
from app.registration.queries import appropriate_bodies
from app.registration.registering.start_dates import day_in_words
from app.terms import InductionOutcome
from app.values import Invalid, parse_both, parse_choice, parse_date, parse_optional_date, typed_date
from app.web.console.fixes import Fix, ShowAgain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.console.person_queries import InductionFile, PersonFile
    from app.registration.registering.appropriate_bodies import AppropriateBody
    from app.terms import Actor
    from app.values import Form
    from app.web.console.fixes import Circumstances

RECORD, CORRECT, REMOVE = "record", "correct", "remove"
FILLED = "filled"
"""The field that says of which period the form shows what is recorded."""
DETAILS = (
    "appropriate_body",
    "number_of_terms",
    *(f"{day}_{part}" for day in ("started_on", "finished_on") for part in ("day", "month", "year")),
)
NO_OUTCOME = "none"
OUTCOMES = {NO_OUTCOME: "No outcome", InductionOutcome.PASS.value: "Passed", InductionOutcome.FAIL.value: "Failed"}
_TERMS = re.compile(r"[0-9]{1,2}(\.[0-9])?")
Command = RecordInduction | CorrectInduction | RemoveInduction


@dataclass(frozen=True)
class Inductions:
    """A person, with every appropriate body there is or was."""

    person: PersonFile
    bodies: tuple[AppropriateBody, ...]

    @property
    def acts(self) -> dict[str, tuple[str, InductionFile | None]]:
        """What can be done with which period, by the value of its option."""
        acts: dict[str, tuple[str, InductionFile | None]] = {RECORD: ("Record a new period", None)}
        for period in self.person.inductions:
            words = f"the period with {period.body} from {day_in_words(period.started_on)}"
            acts[f"{CORRECT}-{period.started_on}"] = (f"Correct {words}", period)
            acts[f"{REMOVE}-{period.started_on}"] = (f"Remove {words}", period)
        return acts

    @property
    def choices(self) -> dict[str, dict[str, str]]:
        """What can be chosen."""
        bodies = sorted(self.bodies, key=lambda body: body.name.casefold())
        return {
            "period": {value: words for value, (words, _) in self.acts.items()},
            "appropriate_body": {str(body.public_id): body.name for body in bodies},
            "outcome": OUTCOMES,
        }


async def _load(person: PersonFile, _circumstances: Circumstances) -> Inductions:
    return Inductions(person, await appropriate_bodies())


def _initial(facts: Inductions) -> dict[str, str]:
    return {"outcome": NO_OUTCOME, **({} if facts.person.inductions else {"period": RECORD, FILLED: RECORD})}


def _given(facts: Inductions, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return what is recorded of the period that is chosen, so that nothing of it is lost unseen."""
    act = chosen.get("period", "")
    _, period = facts.acts.get(act, ("", None))
    if period is None:
        return {FILLED: act} if act else {}
    values = {
        FILLED: act,
        "appropriate_body": str(period.body_id),
        "outcome": period.outcome.value if period.outcome else NO_OUTCOME,
        "number_of_terms": "" if period.terms is None else str(period.terms),
    }
    for prefix, day in (("started_on", period.started_on), ("finished_on", period.finished_on)):
        if day is not None:
            values |= typed_date(prefix, day)
    return values


def _parse(form: Form, facts: Inductions) -> Command:
    act = parse_choice(form, "period", list(facts.acts), "Select what is to be put right")
    _, period = facts.acts[act]
    if form.get(FILLED, "") != act and not act.startswith(REMOVE):
        raise ShowAgain({**dict.fromkeys(DETAILS, ""), "outcome": NO_OUTCOME, **_given(facts, {"period": act})})
    whose = (facts.person.trn, facts.person.id)
    if period is not None and act.startswith(REMOVE):
        return RemoveInduction(*whose, period.started_on)
    said = _said(form, facts)
    return RecordInduction(*whose, said) if period is None else CorrectInduction(*whose, period.started_on, said)


def _said(form: Form, facts: Inductions) -> InductionSaid:
    (key, started_on), (finished_on, (outcome, terms)) = parse_both(
        lambda: parse_both(
            lambda: parse_choice(
                form, "appropriate_body", list(facts.choices["appropriate_body"]), "Select an appropriate body"
            ),
            lambda: parse_date(form, "started_on", what="first day"),
        ),
        lambda: parse_both(
            lambda: parse_optional_date(form, "finished_on", what="last day"),
            lambda: parse_both(
                lambda: parse_choice(form, "outcome", list(OUTCOMES), "Select an outcome"), lambda: _terms(form)
            ),
        ),
    )
    body = next(body for body in facts.bodies if str(body.public_id) == key)
    ended = None if outcome == NO_OUTCOME else InductionOutcome(outcome)
    return InductionSaid(body.id, started_on, finished_on, ended, terms)


def _terms(form: Form) -> Decimal | None:
    typed = form.get("number_of_terms", "").strip()
    if not typed:
        return None
    if not _TERMS.fullmatch(typed) or Decimal(typed) > MOST_TERMS:
        raise Invalid(number_of_terms=f"Number of terms must be from 0 to {MOST_TERMS}, such as 6 or 4.5")
    return Decimal(typed)


async def _run(command: Command, actor: Actor, today: date) -> None:
    match command:
        case RecordInduction():
            await record_induction(command, actor, today)
        case CorrectInduction():
            await correct_induction(command, actor, today)
        case RemoveInduction():
            await remove_induction(command, actor, today)


FIXES: tuple[Fix[PersonFile, Any], ...] = (
    Fix(
        "FIX-24",
        "induction",
        "Put right an induction period",
        template="console/fixes/induction.html",
        initial=_initial,
        parse=_parse,
        run=_run,
        choices=lambda facts: facts.choices,
        load=_load,
        done="The induction period is put right",
        record_field="period",
        records=lambda person: {f"{CORRECT}-{period.started_on}": period for period in person.inductions},
        given=_given,
    ),
)
