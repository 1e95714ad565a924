"""What staff can put right about who trains somebody: lead provider and programme (FIX-09)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.registration.changes.change_training_by_support import (
    ChangeTrainingBySupport,
    arrangements_of,
    change_training_by_support,
)
from app.registration.changes.training_change_facts import WhoseTraining, person_in_training, terms_of
from app.schools.queries import school_facts
from app.schools.rules import school_access
from app.terms import LeadProviderId, Role
from app.training.arrangements import ArrangementKind
from app.values import parse_both, parse_choice, parse_optional_date
from app.web.console.fixes import Field, Fix
from app.web.console.stay_fixes import both, not_registered, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.console.person_queries import PersonFile, StayFile
    from app.registration.changes.training_change_facts import Terms
    from app.training.arrangements import Arrangement
    from app.values import Form
    from app.web.console.fixes import Circumstances

SCHOOL_LED = "school_led"


@dataclass(frozen=True)
class Trained:
    """The registrations of a person, and what can be arranged today for the one that is chosen, at first the newest."""

    stays: Mapping[str, StayFile]
    key: str
    who: WhoseTraining
    terms: Terms
    arrangements: tuple[Arrangement, ...]
    present: LeadProviderId | None
    """Whom their latest training is with, going on or not: offered last, for the days of it alone."""

    @property
    def choices(self) -> dict[str, dict[str, str]]:
        """The registrations, and who can train them in the one that is chosen."""
        others = {one.value: _words(one) for one in self.arrangements if one.lead_provider.id != self.present}
        same = {one.value: f"{_words(one)}: their lead provider until now" for one in self.arrangements}
        providers = others | {value: words for value, words in same.items() if value not in others}
        if self.who.role is Role.ECT:
            providers[SCHOOL_LED] = "No lead provider: the school leads the training"
        return {"training": words_of(self.stays), "provider": providers}


def key_of(person: PersonFile, stay: StayFile) -> str:
    """Name a registration by its latest training, whose card then offers the fix; by itself when it has none."""
    own = (t for t in person.trainings if (t.role, t.stay_id) == (stay.role, stay.id) and t.cancelled_at is None)
    return str(next((training.public_id for training in own), stay.public_id))


def stays_of(person: PersonFile) -> dict[str, StayFile]:
    """Return every registration that was not removed, by that key."""
    return {key_of(person, stay): stay for stay in both(person).values()}


async def _load(person: PersonFile, circumstances: Circumstances) -> Trained:
    today, policy, stays = circumstances.today, circumstances.policy, stays_of(person)
    asked = circumstances.given.get("training", "")
    key = asked if asked in stays else next(iter(stays))
    stay = stays[key]
    level = school_access(await school_facts(stay.school_id, today), today, policy).level
    who, terms = WhoseTraining(stay.role, stay.school_id, person.trn, stay.id), terms_of(level, policy)
    facts = (await person_in_training(who, terms, today)).facts
    present = facts.decisive.lead_provider_id if facts.decisive else None
    return Trained(stays, key, who, terms, arrangements_of(facts), present)


def _words(arrangement: Arrangement) -> str:
    if arrangement.kind is ArrangementKind.REQUESTED:
        return f"{arrangement.words}, who is to confirm it"
    return arrangement.words


def _parse(form: Form, facts: Trained) -> ChangeTrainingBySupport:
    (_, provider), day = parse_both(
        lambda: parse_both(
            lambda: parse_choice(form, "training", list(facts.stays), "Select which registration it is about"),
            lambda: parse_choice(form, "provider", list(facts.choices["provider"]), "Select who is to train them"),
        ),
        lambda: parse_optional_date(form, "first_day", what="first day"),
    )
    return ChangeTrainingBySupport(facts.who, facts.terms, "" if provider == SCHOOL_LED else provider, day)


FIXES: tuple[Fix[PersonFile, Any], ...] = (
    Fix(
        "FIX-09",
        "change-training",
        "Change the programme or lead provider",
        possible=not_registered,
        load=_load,
        initial=lambda facts: {"training": facts.key},
        parse=_parse,
        run=change_training_by_support,
        choices=lambda facts: facts.choices,
        done="Who trains them is changed",
        fields=(
            Field("training", "For which registration?", "radios"),
            Field("provider", "Who is to train them?", "radios"),
            Field(
                "first_day",
                "From which day (optional)",
                "date",
                "Any past day of the registration. Without one it begins today, or as soon as it can",
            ),
        ),
        record_field="training",
        records=stays_of,
    ),
)
