"""What a query to support may be about (SP-01)."""

from __future__ import annotations

from app.terms import Word


class Subject(Word):
    """The subjects to choose from."""

    REGISTERING_AN_ECT = "registering_an_ect", "Registering an ECT"
    REGISTERING_A_MENTOR = "registering_a_mentor", "Registering a mentor"
    CHANGING_A_RECORD = "changing_a_record", "Changing a record"
    LEAD_PROVIDER_OR_PARTNERSHIP = "lead_provider_or_partnership", "Lead provider or partnership"
    APPROPRIATE_BODY = "appropriate_body", "Appropriate body"
    LEAVING_OR_TRANSFER = "leaving_or_transfer", "Leaving or transfer"
    INDUCTION_TUTOR = "induction_tutor", "Induction tutor"
    ACCESS = "access", "Access to this service"
    SOMETHING_ELSE = "something_else", "Something else"
