"""Deciding where people of a closed school go on, or giving them their dates back (FIX-22)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.console.succession_queries import Succession, school_of, succession
from app.registration.closing_schools.decide_succession import (
    DecideSuccession,
    RestorePeople,
    decide_succession,
    restore_people,
)
from app.terms import Refused
from app.values import Invalid, parse_both, parse_choice, parse_choices
from app.web.console.fixes import Field, Fix, NotPossible
from app.web.console.person_shown import ROLES

if TYPE_CHECKING:
    from datetime import date

    from app.console.school_queries import SchoolFile
    from app.registration.closing_schools.stays_beyond import Key
    from app.terms import Actor, SchoolId
    from app.values import Form
    from app.web.console.fixes import Circumstances

LEFT, ANOTHER, RESTORE = "left", "another", "restore"
NOTHING = "Nothing is to be decided about this school."
UNKNOWN = "No other school of the register has this URN"


@dataclass(frozen=True)
class ToDecide:
    """A school, and what is to be decided about it."""

    school: SchoolFile
    facts: Succession


@dataclass(frozen=True)
class GoOn:
    """Where people go on, or that they left; urn: of a school that is none of the proposed ones."""

    school_id: SchoolId
    successor_id: SchoolId | None
    urn: str
    only: frozenset[Key] | None


async def _load(school: SchoolFile, _circumstances: Circumstances) -> ToDecide:
    facts = await succession(school.id)
    if not facts.open and not facts.to_restore:
        raise NotPossible(NOTHING)
    return ToDecide(school, facts)


def _people(facts: Succession) -> dict[str, str]:
    return {f"{who.role.value}-{who.id}": f"{who.name.displayed}, {ROLES[who.role]}" for who in facts.people}


def _decisions(facts: Succession) -> dict[str, str]:
    if not facts.open:
        return {RESTORE: "Everybody gets their former dates back, as far as nothing else stands in the way"}
    targets = {target.urn: f"They go on at {target.name} ({target.urn})" for target in facts.targets}
    return {**targets, ANOTHER: "They go on at another school", LEFT: "They left when the school closed"}


def _choices(to_decide: ToDecide) -> dict[str, dict[str, str]]:
    people = _people(to_decide.facts)
    return {"decision": _decisions(to_decide.facts), "people": people or {"all": "Everybody"}}


def _initial(to_decide: ToDecide) -> dict[str, str]:
    return {"people": "\n".join(_people(to_decide.facts)) or "all"}


def _parse(form: Form, to_decide: ToDecide) -> GoOn | RestorePeople:
    facts, school_id = to_decide.facts, to_decide.school.id
    options = _decisions(facts)
    if not facts.open:
        parse_choice(form, "decision", list(options), "Select what becomes of them")
        return RestorePeople(school_id)
    keys = {f"{who.role.value}-{who.id}": who.key for who in facts.people}
    decision, chosen = parse_both(
        lambda: parse_choice(form, "decision", list(options), "Select what becomes of them"),
        lambda: parse_choices(form, "people", list(keys) or ["all"], "Select whom you decide about"),
    )
    urn = form.get("urn", "").strip() if decision == ANOTHER else ""
    if decision == ANOTHER and not urn:
        raise Invalid(urn="Enter the URN of the school")
    successor = next((target.id for target in facts.targets if target.urn == decision), None)
    only = None if len(chosen) == len(keys) or not keys else frozenset(keys[one] for one in chosen)
    return GoOn(school_id, successor, urn, only)


async def _run(command: GoOn | RestorePeople, actor: Actor, today: date) -> None:
    if isinstance(command, RestorePeople):
        await restore_people(command, actor, today)
        return
    successor = command.successor_id
    if command.urn:
        successor = await school_of(command.urn)
        if successor is None or successor == command.school_id:
            raise Refused("unknown_successor", "urn", UNKNOWN)
    await decide_succession(DecideSuccession(command.school_id, successor, command.only), actor, today)


FIXES: tuple[Fix[SchoolFile, Any], ...] = (
    Fix(
        "FIX-22",
        "succession",
        "Decide where its people go on",
        possible=lambda school: "" if school.to_decide else NOTHING,
        initial=_initial,
        parse=_parse,
        run=_run,
        choices=_choices,
        load=_load,
        done="It is decided where people go on",
        fields=(
            Field("people", "Whom do you decide about?", "checkboxes", "Who is not ticked stays undecided"),
            Field("decision", "What becomes of them?", "radios"),
            Field("urn", "URN, if it is another school", width="10"),
        ),
    ),
)
