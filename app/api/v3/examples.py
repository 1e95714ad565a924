"""What an answer may look like: examples of the published document, which tests hold to its types."""

from __future__ import annotations

from typing import Any

SCHOOL_ID = "5f2c1f0e-3a0b-4a3f-9a55-6f2d3a7c1b10"
PARTNER_ID = "0b7d9c52-8f43-4a0b-b1f0-2f4f8f3f9d21"
PARTNERSHIP_ID = "8f0c9f7a-6c1d-4c52-9d7e-0a5b6c7d8e32"
PARTICIPANT_ID = "c2a4e6f8-1b3d-4f5a-8c7e-9d0b1a2c3d43"
MENTOR_ID = "d3b5f7a9-2c4e-4a6b-9d8f-0e1c2b3d4e54"
RECORD_ID = "e4c6a8ba-3d5f-4b7c-8e9a-1f2d3c4e5f65"
INTEREST_ID = "f5d7b9cb-4e6a-4c8d-9fab-2a3e4d5f6a76"

SCHOOL: dict[str, Any] = {
    "id": SCHOOL_ID,
    "type": "school",
    "attributes": {
        "name": "Amberley Grove School",
        "urn": "100001",
        "cohort": "2025",
        "in_partnership": True,
        "induction_programme_choice": "provider_led",
        "expression_of_interest": True,
        "induction_tutor_name": "Alice Archer",
        "induction_tutor_email": "alice.archer@amberley.example",
        "created_at": "2025-06-02T08:00:00Z",
        "updated_at": "2025-09-10T10:12:03Z",
    },
}
PARTNER: dict[str, Any] = {
    "id": PARTNER_ID,
    "type": "delivery-partner",
    "attributes": {
        "name": "Grain Hub",
        "created_at": "2024-06-01T08:00:00Z",
        "updated_at": "2025-06-01T08:00:00Z",
        "cohort": ["2024", "2025"],
    },
}
PARTNERSHIP: dict[str, Any] = {
    "id": PARTNERSHIP_ID,
    "type": "partnership",
    "attributes": {
        "cohort": "2025",
        "urn": "100001",
        "school_id": SCHOOL_ID,
        "delivery_partner_id": PARTNER_ID,
        "delivery_partner_name": "Grain Hub",
        "induction_tutor_name": "Alice Archer",
        "induction_tutor_email": "alice.archer@amberley.example",
        "participants_currently_training": 3,
        "updated_at": "2025-09-10T10:12:03Z",
        "created_at": "2025-09-10T10:12:03Z",
    },
}
PARTICIPANT: dict[str, Any] = {
    "id": PARTICIPANT_ID,
    "type": "participant",
    "attributes": {
        "full_name": "Priya Patel",
        "teacher_reference_number": "3000001",
        "ecf_enrolments": [
            {
                "training_record_id": RECORD_ID,
                "email": "priya.patel@amberley.example",
                "mentor_id": MENTOR_ID,
                "school_urn": "100001",
                "participant_type": "ect",
                "cohort": "2025",
                "training_status": "active",
                "participant_status": "active",
                "eligible_for_funding": True,
                "pupil_premium_uplift": False,
                "sparsity_uplift": False,
                "schedule_identifier": "ecf-standard-september",
                "delivery_partner_id": PARTNER_ID,
                "withdrawal": None,
                "deferral": None,
                "created_at": "2025-08-20T09:30:00Z",
                "induction_end_date": None,
                "most_recent_induction_period_end_date": None,
                "overall_induction_start_date": "2025-09-01",
                "mentor_funding_end_date": None,
                "cohort_changed_after_payments_frozen": False,
                "mentor_ineligible_for_funding_reason": None,
                "working_pattern": "full_time",
            }
        ],
        "participant_id_changes": [],
        "updated_at": "2025-09-10T10:12:03Z",
    },
}
TRANSFER: dict[str, Any] = {
    "id": PARTICIPANT_ID,
    "type": "participant-transfer",
    "attributes": {
        "updated_at": "2026-01-05T07:00:00Z",
        "transfers": [
            {
                "training_record_id": RECORD_ID,
                "transfer_type": "new_provider",
                "status": "complete",
                "created_at": "2025-08-20T09:30:00Z",
                "leaving": {"school_urn": "100001", "provider": "Northstar Training", "date": "2025-12-31"},
                "joining": {"school_urn": "100002", "provider": "Brightpath Learning", "date": "2026-01-05"},
            }
        ],
    },
}
MENTOR: dict[str, Any] = {
    "id": MENTOR_ID,
    "type": "unfunded-mentor",
    "attributes": {
        "full_name": "Tom Baker",
        "email": "tom.baker@amberley.example",
        "teacher_reference_number": "3000002",
        "created_at": "2024-09-02T08:00:00Z",
        "updated_at": "2025-09-10T10:12:03Z",
    },
}
INTEREST: dict[str, Any] = {
    "id": INTEREST_ID,
    "type": "expression-of-interest",
    "attributes": {
        "cohort": "2025",
        "school_id": SCHOOL_ID,
        "school_urn": "100001",
        "school_name": "Amberley Grove School",
        "ects": 2,
        "mentors": 1,
        "disputed": 0,
        "earliest_start_date": "2025-09-01",
        "first_requested_at": "2025-08-20T09:30:00Z",
        "created_at": "2025-08-20T09:30:00Z",
        "updated_at": "2025-08-27T15:00:00Z",
    },
}
CHANGE: dict[str, Any] = {
    "id": "8812",
    "type": "change",
    "attributes": {
        "action": "delete",
        "resource_type": "partnership",
        "resource_id": PARTNERSHIP_ID,
        "cohort": "2025",
        "reason": "challenged",
        "moved_to": None,
        "occurred_at": "2025-11-24T10:12:03Z",
    },
}
REPORT = {"cohort": "2025", "school_id": SCHOOL_ID, "delivery_partner_id": PARTNER_ID}
REASON = {"reason": "moved-school", "course_identifier": "ecf-induction"}
PAUSE = {"reason": "parental-leave", "course_identifier": "ecf-induction"}
SCHEDULE = {"schedule_identifier": "ecf-extended-september", "course_identifier": "ecf-induction", "cohort": "2025"}


def _one(kind: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"type": kind, "attributes": attributes}}


EXAMPLES: dict[str, dict[str, Any]] = {
    "SchoolAnswer": {"data": SCHOOL},
    "SchoolsAnswer": {"data": [SCHOOL]},
    "DeliveryPartnerAnswer": {"data": PARTNER},
    "DeliveryPartnersAnswer": {"data": [PARTNER]},
    "PartnershipAnswer": {"data": PARTNERSHIP},
    "PartnershipsAnswer": {"data": [PARTNERSHIP]},
    "ParticipantAnswer": {"data": PARTICIPANT},
    "ParticipantsAnswer": {"data": [PARTICIPANT]},
    "ParticipantTransferAnswer": {"data": TRANSFER},
    "ParticipantTransfersAnswer": {"data": [TRANSFER]},
    "UnfundedMentorAnswer": {"data": MENTOR},
    "UnfundedMentorsAnswer": {"data": [MENTOR]},
    "ExpressionOfInterestAnswer": {"data": INTEREST},
    "ExpressionsOfInterestAnswer": {"data": [INTEREST]},
    "ChangesAnswer": {
        "data": [CHANGE],
        "links": {"next": "/api/v3/changes?page[after]=VGhlIHBsYWNlIHRvIGdvIG9u"},
        "meta": {"more": False},
    },
    "BulkAnswer": {
        "data": [
            {"index": 0, "status": 200, "partnership": PARTNERSHIP, "attached": 3},
            {
                "index": 1,
                "status": 422,
                "errors": [
                    {
                        "title": "cohort",
                        "detail": "The '#/cohort' has not started. Report it from its first day.",
                        "code": "cohort_not_started",
                        "pointer": "#/data/1/attributes/cohort",
                    }
                ],
            },
        ],
        "meta": {"accepted": 1, "refused": 1, "attached": 3, "validate_only": False},
    },
    "Report": _one("partnership", REPORT),
    "BulkReport": {"data": [{"type": "partnership", "attributes": REPORT}]},
    "PartnerChange": _one("partnership", {"delivery_partner_id": PARTNER_ID}),
    "Withdraw": _one("participant-withdraw", REASON),
    "Defer": _one("participant-defer", PAUSE),
    "Resume": _one("participant-resume", {"course_identifier": "ecf-induction"}),
    "ScheduleChange": _one("participant-change-schedule", SCHEDULE),
}
"""Name of a type -> an example of it."""
