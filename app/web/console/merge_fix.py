"""How staff merge two records of one person (FIX-12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.console.person_queries import person, person_by_trn
from app.registration.merging.merge_people import CHECKED, FIELD, MergePeople, doubts_about, merge_people
from app.values import Invalid, parse_trn
from app.web.console.fixes import Field, Fix

if TYPE_CHECKING:
    from app.console.person_queries import PersonFile
    from app.terms import TRN, TeacherId
    from app.values import Form
    from app.web.console.fixes import Circumstances

SAME = {"yes": "I have checked that both records are the same person"}


async def _load(person: PersonFile, circumstances: Circumstances) -> tuple[PersonFile, str]:
    """Keep what an address proposes as the other record."""
    return person, circumstances.given.get(FIELD, "")


def _parse(form: Form, facts: tuple[PersonFile, str]) -> MergePeople:
    return MergePeople(facts[0].id, _other(form), checked="yes" in form.get(CHECKED, "").split("\n"))


def _other(form: Form) -> UUID | TRN:
    try:
        return UUID(form.get(FIELD, "").strip())
    except ValueError:
        pass
    try:
        return parse_trn({"trn": form.get(FIELD, "")})
    except Invalid:
        raise Invalid({FIELD: "Enter the id or TRN of the other record"}) from None


async def _merged(command: MergePeople) -> tuple[TeacherId, ...]:
    other = command.duplicate
    found = await (person(other) if isinstance(other, UUID) else person_by_trn(other))
    return (found.id,) if found else ()


FIXES: tuple[Fix[PersonFile, Any], ...] = (
    Fix(
        "FIX-12",
        "merge",
        "Merge another record into this one",
        possible=lambda person: "This record was merged into another." if person.merged_into else "",
        load=_load,
        initial=lambda facts: {FIELD: facts[1]},
        parse=_parse,
        run=merge_people,
        choices=lambda _: {CHECKED: SAME},
        notes=doubts_about,
        others=_merged,
        done="The other record is merged into this one",
        fields=(
            Field(
                FIELD,
                "Which other record is of the same person?",
                hint="Its TRN, or the last part of the address of its page. Everything moves here, and its TRN finds "
                "this record from then on",
            ),
            Field(
                CHECKED,
                "Are both the same person?",
                "checkboxes",
                hint="Needed unless the teaching record says that the other one was merged into this one. "
                "A merge cannot be undone",
            ),
        ),
    ),
)
