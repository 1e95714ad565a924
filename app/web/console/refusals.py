"""What a rule says that lets no fix pass, where the operation gives only its code (ADM-1.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.values import out_of_bounds

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from app.terms import Refused
    from app.values import Form

NOT_NOW = "This cannot be done as things are now: open the record and look at what has changed"
SAID = {
    "changed_meanwhile": "This has changed meanwhile: open the record and look at it again",
    "registered_later": "They are registered from a later day on, so this one cannot go on",
    "school_closed": "The school has closed, so nobody can go on there",
    "induction_over": "Their induction has an outcome. If that is wrong, correct the induction period first",
    "email_in_use": "Somebody else uses their email address by now: correct one of both first",
    "already_registered_elsewhere": "They are registered at another school on some of these days",
    "already_registered": "They are registered at this school on some of these days already",
    "mentor_changed_meanwhile": "It does not fit the days of mentoring that are recorded",
    "training_changed_meanwhile": "It does not fit the days of training that are recorded",
    "cannot_mentor_themself": "Nobody mentors themself",
    "partnership_exists": "The school has this partnership already",
    "partnership_challenged": "The school has this partnership already, and it is challenged: undo the challenge",
    "not_contracted": "This lead provider has no contract for that academic year",
    "not_paired": "This delivery partner does not work with that lead provider in that academic year",
    "already_challenged": "This partnership is challenged already",
    "declarations": "The lead provider has declared training in this partnership",
    "not_challenged": "This partnership is not challenged",
    "first_day_outside": "First day must be one of the registration, and not after today",
    "declared_since": "The lead provider has declared training on or after that day",
    "not_for_mentors": "Training of a mentor is never led by the school",
    "no_lead_provider": "They have no training with a lead provider then",
    "same_lead_provider": "Their training is with this lead provider already then: select another, or an earlier day",
    "same_programme": "They follow this programme then already, or their school cannot choose it",
    "choice_changed": "This cannot be chosen from that day",
    "no_days_left": "No day of the registration is left for it",
    "trained_elsewhere": "They are trained at another school on some of these days",
    "cannot_file_yet": "No academic year, or no schedule in it, can hold this training: the reference data lacks it",
    "mentor_changed": "Who mentors them has changed meanwhile: check it again",
    "reported_again": "The lead provider has reported the school again since",
}
"""Code of a refusal -> sentence."""


def beside(refused: Refused, form: Form, choices: Collection[str]) -> Mapping[str, str]:
    """Return a refusal beside the field that it concerns, in words."""
    message = refused.message or SAID.get(refused.code, NOT_NOW)
    if f"{refused.field}_day" in form:
        return out_of_bounds(refused.field, message).errors
    return {refused.field if refused.field in {*form, *choices} else "note": message}
