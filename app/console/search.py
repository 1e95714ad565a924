"""What staff type to find people or schools, read without error: pure (ADM-2.1, ADM-2.2, ADM-2.4)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from uuid import UUID

from app.teachers.rules import fold
from app.terms import TRN

LONGEST = 200
_TRN = re.compile(r"(?<![0-9])[0-9]{7}(?![0-9])")
_SPACED_TRN = re.compile(r"\s*(?:RP|TRN)?[\s:]*[0-9](?:[\s/.-]*[0-9]){6}\s*", re.IGNORECASE)
_UUID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])", re.IGNORECASE)
_URN = re.compile(r"\s*[0-9]{5,7}\s*")
_POSTCODE = re.compile(r"\s*([A-Z]{1,2}[0-9][A-Z0-9]?)\s*([0-9][A-Z]{2})\s*", re.IGNORECASE)


@dataclass(frozen=True)
class PeopleSearch:
    """What is searched for: the first of these that is not empty; all empty means the newest registrations."""

    trns: tuple[TRN, ...] = ()
    ids: tuple[UUID, ...] = ()
    email: str = ""
    words: tuple[str, ...] = ()
    """Folded beginnings of words, each of which a name must have."""
    hopeless: bool = False
    """Something was typed that no name, number or address can have, such as nothing but signs."""


@dataclass(frozen=True)
class SchoolSearch:
    """What is searched for: the first of these that is not empty; all empty means every school."""

    urn: str = ""
    postcode: str = ""
    """In capitals, with one space before its last three characters."""
    words: tuple[str, ...] = ()
    hopeless: bool = False


def people_search(typed: str) -> PeopleSearch:
    """Read what was typed to find people: TRNs, else ids, else an email address, else words of a name (ADM-2.1).

    Digits inside an id are no TRN.
    """
    text = _plain(typed)
    ids = tuple(dict.fromkeys(UUID(found) for found in _UUID.findall(text)))
    trns = tuple(dict.fromkeys(TRN(found) for found in _TRN.findall(_UUID.sub(" ", text))))
    spaced = _SPACED_TRN.fullmatch(text)
    if trns or spaced:
        return PeopleSearch(trns or (TRN("".join(filter(str.isdigit, text))),))
    if ids:
        return PeopleSearch(ids=ids)
    if "@" in text:
        return PeopleSearch(email=next(piece for piece in text.split() if "@" in piece).strip("<>,;()").lower())
    words = tuple(fold(text).split())
    return PeopleSearch(words=words, hopeless=bool(text.strip()) and not words)


def school_search(typed: str) -> SchoolSearch:
    """Read what was typed to find schools: a URN, else a postcode, else words of name, town or authority (ADM-2.4)."""
    text = _plain(typed)
    if _URN.fullmatch(text):
        return SchoolSearch(urn=text.strip())
    postcode = _POSTCODE.fullmatch(text)
    if postcode:
        return SchoolSearch(postcode=f"{postcode[1]} {postcode[2]}".upper())
    words = tuple(fold(text).split())
    return SchoolSearch(words=words, hopeless=bool(text.strip()) and not words)


def _plain(typed: str) -> str:
    """Return the beginning of a text with digits of any script as the usual ones."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in typed[:LONGEST])
