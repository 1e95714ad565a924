"""The kinds of field an email may have; a message with any other kind is refused by a test (NOT-3.4)."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Annotated


class FieldKind(Enum):
    """What a field of a message may hold, and nothing else ever (NOT-3.3)."""

    DISPLAY_NAME = "display name"
    CONFIRMED = "display names with the provider and partner of each"
    SCHOOL_NAME = "school name"
    PLAIN_DATE = "plain date"
    PLAIN_TIME = "plain date and time"
    CODE = "code to sign in with"
    FIRST_CHARACTERS = "first characters of a token, to lead providers only"
    ACADEMIC_YEAR = "academic year"
    PROVIDER_NAME = "provider, partner or body name"
    PROGRAMME = "programme in words"
    URN = "URN of a school, to lead providers only"
    INDUCTIONS = "display names with what an appropriate body recorded, and its name"
    COUNT = "number of people"
    TENSE = "has left, or is leaving"
    CHALLENGE = "what a school says is wrong with a partnership, in words, to lead providers only"
    TRAINING_AMOUNT = "how much training there is, a setting"
    SERVICE_LINK = "path of a page of the service"
    YES_OR_NO = "yes or no"
    NOTICES = "names with what happened, in fixed words"
    QUERY_SUBJECT = "what a query to support is about"
    QUERY_TEXT = "what the reader wrote to support"
    SENDER = "who wrote to support and where to answer, to support only"


TYPED = frozenset(
    {
        FieldKind.DISPLAY_NAME,
        FieldKind.CONFIRMED,
        FieldKind.INDUCTIONS,
        FieldKind.NOTICES,
        FieldKind.QUERY_SUBJECT,
        FieldKind.QUERY_TEXT,
        FieldKind.SENDER,
    }
)
"""The kinds that hold what somebody typed, here or elsewhere (NOT-2.3)."""


def kind_of(hint: object) -> FieldKind | None:
    """Return the kind that a field's type hint names."""
    return next((part for part in getattr(hint, "__metadata__", ()) if isinstance(part, FieldKind)), None)


DisplayName = Annotated[str, FieldKind.DISPLAY_NAME]
ConfirmedPeople = Annotated[tuple[str, ...], FieldKind.CONFIRMED]
InductionLines = Annotated[tuple[str, ...], FieldKind.INDUCTIONS]
SchoolName = Annotated[str, FieldKind.SCHOOL_NAME]
PlainDate = Annotated[date, FieldKind.PLAIN_DATE]
PlainTime = Annotated[datetime, FieldKind.PLAIN_TIME]
"""Written in London time."""
TokenCharacters = Annotated[str, FieldKind.FIRST_CHARACTERS]
"""The 8 that tell tokens apart; they let nobody in."""
Code = Annotated[str, FieldKind.CODE]
"""Six digits; empty when there is none."""
AcademicYear = Annotated[int, FieldKind.ACADEMIC_YEAR]
"""The calendar year in which it starts; written "2026 to 2027"."""
ProviderName = Annotated[str, FieldKind.PROVIDER_NAME]
Programme = Annotated[str, FieldKind.PROGRAMME]
ChallengeWords = Annotated[str, FieldKind.CHALLENGE]
SchoolURN = Annotated[str, FieldKind.URN]
Count = Annotated[int, FieldKind.COUNT]
Tense = Annotated[str, FieldKind.TENSE]
"""The words "has left" or "is leaving", with "today" where it is so."""
QuerySubject = Annotated[str, FieldKind.QUERY_SUBJECT]
QueryText = Annotated[str, FieldKind.QUERY_TEXT]
Sender = Annotated[str, FieldKind.SENDER]
NoticeLines = Annotated[tuple[str, ...], FieldKind.NOTICES]
YesOrNo = Annotated[bool, FieldKind.YES_OR_NO]
TrainingAmount = Annotated[str, FieldKind.TRAINING_AMOUNT]
"""The setting `mentor_training_text`, such as "up to 20 hours"."""
ServiceLink = Annotated[str, FieldKind.SERVICE_LINK]
"""A path such as "/school/home"; the reader gets it with the address of the service before it."""
