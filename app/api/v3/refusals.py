"""What a lead provider reads about each refusal: plain sentences that name the field and say what to do (API-6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.problems import Item
from app.training.provider_acts import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.terms import Refused

DETAILS: dict[tuple[str, str], str] = {
    ("cohort", "blank"): "Send '#/cohort', the year in which the contract period starts, such as 2025.",
    ("cohort", "unknown"): "The '#/cohort' you sent is not a contract period. Send the year in which one starts.",
    ("cohort", "cohort_not_started"): "The '#/cohort' has not started. Report it from its first day.",
    ("cohort", "cohort_closed"): "The '#/cohort' has not been opened for registration. Try again when it has.",
    ("cohort", "no_partnership"): "You have no partnership with the school in the '#/cohort'. Report one first.",
    ("cohort", "frozen"): "Payments for the '#/cohort' are frozen. Send a later one.",
    ("school_id", "blank"): "Send '#/school_id', the id of a school.",
    ("school_id", "unknown"): "There is no school with the '#/school_id' you sent. Look it up under /schools.",
    ("school_id", "school_not_eligible"): "The school of '#/school_id' cannot use the service in this cohort.",
    ("school_id", "partnership_exists"): "You work with the school of '#/school_id' in this cohort already. To change"
    " the delivery partner, update that partnership.",
    ("school_id", "school_led"): "The school of '#/school_id' has chosen school-led training in this cohort. Ask it to"
    " choose you as its lead provider first.",
    ("delivery_partner_id", "blank"): "Send '#/delivery_partner_id', the id of a delivery partner.",
    ("delivery_partner_id", "unknown"): "There is no delivery partner with the '#/delivery_partner_id' you sent. Look"
    " it up under /delivery-partners.",
    ("delivery_partner_id", "not_paired"): "The '#/delivery_partner_id' is not one of your delivery partners in this"
    " cohort. Ask us to add the pair, or send another.",
    ("delivery_partner_id", "pair_exists"): "The school has another partnership with you and the"
    " '#/delivery_partner_id' in this cohort. Use that one.",
    ("delivery_partner_id", "pair_challenged"): "The school has said that a partnership with you and the"
    " '#/delivery_partner_id' is wrong. Speak to the school, then report the partnership anew.",
    ("course_identifier", "blank"): "Send '#/course_identifier', either ecf-induction or ecf-mentor.",
    ("course_identifier", "no_training"): "You do not train the participant in the role of '#/course_identifier'.",
    ("reason", "blank"): "Send '#/reason'.",
    ("reason", "unknown"): "The '#/reason' is not in the list. Send one of the listed reasons, with hyphens.",
    ("reason", "not_for_ects"): "The '#/reason' is for mentors only. Send another.",
    ("schedule_identifier", "blank"): "Send '#/schedule_identifier'.",
    ("schedule_identifier", "unknown"): "The '#/schedule_identifier' is not in the list of schedules.",
    ("schedule_identifier", "not_in_cohort"): "The '#/schedule_identifier' does not exist in this cohort.",
    ("schedule_identifier", "unchanged"): "The participant has the '#/schedule_identifier' in this cohort already.",
    ("schedule_identifier", "not_for_ects"): "The '#/schedule_identifier' is for mentors only.",
    ("schedule_identifier", "not_for_mentors"): "The '#/schedule_identifier' is for ECTs only.",
    ("schedule_identifier", "declarations"): "There are declarations on this training, so the '#/schedule_identifier'"
    " cannot change. Void them first.",
    ("participant_id", "already_withdrawn"): "The participant of '#/participant_id' is withdrawn already.",
    ("participant_id", "already_deferred"): "The participant of '#/participant_id' is deferred already.",
    ("participant_id", "already_active"): "The participant of '#/participant_id' is active already.",
    ("participant_id", "not_started"): "The training of '#/participant_id' has not started. Try again the day after"
    " it starts.",
    ("participant_id", "started_today"): "The training of '#/participant_id' started today. Try again tomorrow.",
    ("participant_id", "other_training"): "The participant of '#/participant_id' has other training, now or later."
    " Speak to the school.",
    ("participant_id", "left_school"): "The participant of '#/participant_id' has left the school. Wait until their"
    " next school registers them.",
    ("participant_id", "completed"): "The participant of '#/participant_id' has completed. Only an ECT may still move"
    " to a reduced schedule.",
    ("participant_id", "left"): "The participant of '#/participant_id' has left. Resume their training first, or wait"
    " until their next school registers them.",
    ("participant_id", "withdrawn"): "The participant of '#/participant_id' is withdrawn. Resume their training first.",
    ("idempotency_key", "idempotency_key_reused"): "The '#/idempotency_key' came with another request within 24 hours."
    " Use a new key for each request.",
}
"""(field, code) -> its sentence; the whole list of what a rule may refuse."""

GUARDED: dict[tuple[str, str], Refusal] = {
    ("start_date", "training_changed_meanwhile"): Refusal("participant_id", "other_training"),
    ("start_date", "cannot_file_yet"): Refusal("schedule_identifier", "not_in_cohort"),
    ("provider_choice", "lead_provider_withdrawn"): Refusal("delivery_partner_id", "not_paired"),
    ("provider_choice", "changed_meanwhile"): Refusal("school_id", "partnership_exists"),
}
"""What the database refuses (app.db.refusals), in the words of the rule it guards (API-6.5)."""


def items_of(refused: Refused) -> tuple[Item, ...]:
    """Return what a refusal says, one item a field (API-6.2)."""
    listed = refused.details.get("refusals")
    found = listed if isinstance(listed, tuple) else (Refusal(refused.field, refused.code),)
    return tuple(_item(GUARDED.get((each.field, each.code), each)) for each in found if isinstance(each, Refusal))


def _item(refusal: Refusal) -> Item:
    detail = DETAILS[refusal.field, refusal.code]
    pointer = f"#/data/attributes/{refusal.field}" if refusal.field not in UNPOINTED else ""
    return Item(refusal.field, detail, refusal.code, pointer)


UNPOINTED = {"participant_id", "idempotency_key"}
"""Fields that are not in a body: the id stands in the address, the key in a header."""


def codes(fields: Iterable[str]) -> tuple[str, ...]:
    """List the codes that the fields may be refused with, for the published document."""
    wanted = set(fields)
    return tuple(dict.fromkeys(code for field, code in DETAILS if field in wanted))
