"""What is hidden in free text before it is stored, and what a page is called without saying whose it is: pure."""

from __future__ import annotations

import re

MASK = "[hidden]"
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[A-Za-z]{2,}")
_NATIONAL_INSURANCE = re.compile(r"\b[A-Za-z]{2}(?:[\s-]?\d){6}[\s-]?[A-Da-d]\b")
_DATE = re.compile(
    r"\b(?:\d{1,2}[\s./-]+(?:\d{1,2}|[A-Za-z]{3,9})[\s./-]+(?:19|20)?\d{2}|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2})\b"
)
_TRN = re.compile(r"(?<!\d)(?:RP)?\d{2}[\s/-]?\d{5}(?!\d)", re.IGNORECASE)
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
LONGEST_PAGE = 200


def masked(text: str) -> str:
    """Hide what looks like an email address, a National Insurance number or a TRN (ADM-15.2)."""
    for pattern in (_ADDRESS, _NATIONAL_INSURANCE, _TRN):
        text = pattern.sub(MASK, text)
    return text


def without_secrets(text: str) -> str:
    """Hide what looks like a date, which may be one of birth, or a National Insurance number (ADM-15.1)."""
    for pattern in (_NATIONAL_INSURANCE, _DATE):
        text = pattern.sub(MASK, text)
    return text


def page_without_ids(path: str) -> str:
    """Return the path of a page without its query and without the ids of people; nothing for what is no path."""
    bare = _ID.sub("…", path.partition("?")[0].partition("#")[0])
    return bare if bare.startswith("/") and bare.isprintable() and len(bare) <= LONGEST_PAGE else ""
