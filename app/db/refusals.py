"""What each database constraint guards, in the words of a refusal (DM-02)."""

from __future__ import annotations

from app.terms import Refused

# constraint -> (code, field): the code of the rule that the application normally explains beforehand
GUARDS: dict[str, tuple[str, str]] = {
    "one_school_at_a_time": ("already_registered_elsewhere", "start_date"),
    "once_at_a_school": ("already_registered", "trn"),
    "one_mentor_at_a_time": ("mentor_changed_meanwhile", "mentor_id"),
    "one_ect_training_at_a_time": ("training_changed_meanwhile", "start_date"),
    "one_mentor_training_at_a_time": ("training_changed_meanwhile", "start_date"),
    "mentorship_inside_stays": ("mentor_changed_meanwhile", "mentor_id"),
    "training_inside_stay": ("training_changed_meanwhile", "start_date"),
    "mentorship_period_never_of_themself": ("cannot_mentor_themself", "mentor_id"),
    "contracted": ("lead_provider_withdrawn", "provider_choice"),
    "paired": ("lead_provider_withdrawn", "provider_choice"),
    "partnership_agrees": ("lead_provider_withdrawn", "provider_choice"),
    "schedule_agrees": ("cannot_file_yet", "start_date"),
    "schedule_fits_role": ("cannot_file_yet", "start_date"),
    "teacher_trn_key": ("changed_meanwhile", "trn"),
    "one_partnership": ("changed_meanwhile", "provider_choice"),
    "partnership_reported_once": ("partnership_exists", "school_id"),
    "induction_tutor_current": ("changed_meanwhile", "induction_tutor_name"),
    "one_induction_at_a_time": ("PERIOD_OVERLAP", "started_on"),
    "induction_outcome_once": ("OUTCOME_REPEATED", "outcome"),
    "years_do_not_overlap": ("PERIOD_OVERLAP", "started_on"),
    "closures_do_not_overlap": ("CLOSURE_OVERLAP", "starts_on"),
}


def refusal_of(constraint: str | None) -> Refused | None:
    """Return the refusal of the rule that a constraint guards, or None where no rule is guarded."""
    guarded = GUARDS.get(constraint or "")
    if guarded is None:
        return None
    code, field = guarded
    return Refused(code, field)
