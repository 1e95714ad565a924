"""Emails to lead providers about the tokens of their programs (notifications, section 4)."""

from __future__ import annotations

from dataclasses import dataclass

from app.notices.catalogue import Message, listed
from app.notices.kinds import PlainDate, TokenCharacters


@listed
@dataclass(frozen=True)
class TokenEnds(Message):
    """To a lead provider: a token of its programs is refused after a day."""

    id = "M-82"
    text = "M-82"
    first_characters: TokenCharacters
    on: PlainDate
