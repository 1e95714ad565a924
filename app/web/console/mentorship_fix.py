"""How staff put right who mentors an ECT, and when (FIX-10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.console.fix_choices import mentors_at
from app.registration.mentorships.set_mentorship import SetMentorship, set_mentorship
from app.registration.registering.start_dates import day_in_words
from app.values import Invalid, parse_both, parse_choice, parse_date, parse_optional_date, typed_date
from app.web.console.fixes import Fix
from app.web.console.stay_fixes import as_ect, not_an_ect, only_one, parse_stay, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.console.fix_choices import MentorChoice
    from app.console.person_queries import MentorshipFile, PersonFile, StayFile
    from app.policy import Policy
    from app.terms import Actor
    from app.values import Form
    from app.web.console.fixes import Circumstances

NEW = "new"
TRAIN = {"yes": "Start their mentor training with the lead provider of the ECT"}


@dataclass(frozen=True)
class Mentored:
    """An ECT, with everybody who is or was a mentor at their schools."""

    person: PersonFile
    mentors: tuple[MentorChoice, ...]
    policy: Policy

    @property
    def stays(self) -> dict[str, StayFile]:
        """Their registrations as an ECT that stand."""
        return as_ect(self.person)

    @property
    def mentorships(self) -> dict[str, tuple[StayFile, MentorshipFile]]:
        """Their mentorships by first day: no day has two."""
        return {
            found.started_on.isoformat(): (stay, found)
            for stay in self.stays.values()
            for found in stay.mentorships
            if not found.cancelled
        }

    @property
    def choices(self) -> dict[str, dict[str, str]]:
        """What can be chosen."""
        former = {
            key: f"Correct the one with {found.with_whom.name.displayed} at {stay.school}, {_days(found)}"
            for key, (stay, found) in self.mentorships.items()
        }
        mentors = {
            str(mentor.public_id): f"{mentor.name.displayed}, {mentor.school}, {_days(mentor)}"
            for mentor in self.mentors
        }
        return {
            "stay": words_of(self.stays),
            "mentorship": {NEW: "Give them another mentor", **former},
            "mentor": mentors,
            "train": TRAIN,
        }


def _days(row: MentorshipFile | MentorChoice) -> str:
    until = f"to {day_in_words(row.finished_on)}" if row.finished_on else "with no last day"
    return f"from {day_in_words(row.started_on)} {until}"


async def _load(person: PersonFile, circumstances: Circumstances) -> Mentored:
    mentors = await mentors_at({stay.school_id for stay in as_ect(person).values()}, person.id)
    return Mentored(person, mentors, circumstances.policy)


def _given(facts: Mentored, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the days of the mentorship that the address names."""
    if chosen.get("mentorship") not in facts.mentorships:
        return {}
    stay, found = facts.mentorships[chosen["mentorship"]]
    values = {"stay": str(stay.public_id)}
    for prefix, day in (("mentor_from", found.started_on), ("mentor_until", found.finished_on)):
        if day is not None:
            values |= typed_date(prefix, day)
    return values


def _parse(form: Form, facts: Mentored) -> tuple[SetMentorship, Policy]:
    stay, kept = parse_both(
        lambda: parse_stay(form, facts.stays),
        lambda: parse_choice(form, "mentorship", list(facts.choices["mentorship"]), "Select what is to be put right"),
    )
    mentor, days = parse_both(lambda: _mentor(form, facts, kept), lambda: _dates(form))
    train = form.get("train") == "yes"
    if kept == NEW:
        return SetMentorship(stay.id, mentor, *days, train=train), facts.policy
    own, found = facts.mentorships[kept]
    if own.id != stay.id:
        raise Invalid(mentorship="Select a mentorship of the registration that it is about")
    return SetMentorship(stay.id, mentor, *days, found.id, train), facts.policy


def _mentor(form: Form, facts: Mentored, kept: str) -> int:
    if kept != NEW and not form.get("mentor"):
        return facts.mentorships[kept][1].stay_id
    key = parse_choice(form, "mentor", list(facts.choices["mentor"]), "Select a mentor")
    return next(mentor.stay_id for mentor in facts.mentors if str(mentor.public_id) == key)


def _dates(form: Form) -> tuple[date, date | None]:
    return parse_both(
        lambda: parse_date(form, "mentor_from", what="first day"),
        lambda: parse_optional_date(form, "mentor_until", what="last day"),
    )


async def _set(asked: tuple[SetMentorship, Policy], actor: Actor, today: date) -> None:
    command, policy = asked
    await set_mentorship(command, actor, today, policy)


FIXES: tuple[Fix[PersonFile, Any], ...] = (
    Fix(
        "FIX-10",
        "mentorship",
        "Put right who mentors them",
        template="console/fixes/mentorship.html",
        possible=not_an_ect,
        initial=lambda facts: {**only_one(facts.stays), **({} if facts.mentorships else {"mentorship": NEW})},
        parse=_parse,
        run=_set,
        choices=lambda facts: facts.choices,
        load=_load,
        done="Who mentors them is put right",
        record_field="stay",
        records=as_ect,
        given=_given,
    ),
)
