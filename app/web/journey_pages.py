"""What the pages of journeys show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.drafts.store import Draft
    from app.journeys.engine import Question, Row
    from app.values import Form


@dataclass(frozen=True)
class Frame:
    """What surrounds every page of a journey: addresses, the person's name, what can be done with the draft."""

    action: str
    back: str
    base: str
    subject: str = ""
    draft_id: str = ""
    listed: bool = False
    unmatched: bool = False
    cancel: str = ""
    cancel_text: str = ""
    support_email: str = ""


@dataclass(frozen=True)
class QuestionPage:
    """One question; theirs: what a colleague saved meanwhile (DRF-13); changed: why it is asked again (DRF-05)."""

    question: Question[Any]
    frame: Frame
    values: Form
    errors: Mapping[str, str] = field(default_factory=dict)
    answer_version: int = 0
    changed: str = ""
    theirs: str = ""
    theirs_by: str = ""


@dataclass(frozen=True)
class CheckPage:
    """Check answers: rows with their Change links, notices and perhaps a question above the button (RE-28, RE-29)."""

    frame: Frame
    headline: str
    button_text: str
    rows: tuple[Row, ...]
    notices: tuple[str, ...] = ()
    question: Question[Any] | None = None
    values: Form = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ChangedPage:
    """Both values after the record changed under a draft, and the question which of them counts (CON-01).

    mark: stands for what is on record now, so that a further change in between is noticed too.
    """

    frame: Frame
    on_record: tuple[tuple[str, str], ...]
    yours: tuple[tuple[str, str], ...]
    mark: str
    changed_by: str = ""
    changed_at: datetime | None = None
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ExitPage:
    """A dead end."""

    frame: Frame
    details: Mapping[str, Any]
    asked: Draft
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class EndedPage:
    """A draft that was deleted or expired; start_again: where a new one begins, "" for nowhere."""

    draft: Draft
    start_again: str


@dataclass(frozen=True)
class ConfirmationPage:
    """What was recorded, who is told and what comes next (G-07)."""

    headline: str
    outcome: Mapping[str, Any]
    told: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
