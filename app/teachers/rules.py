"""The person: names, and corrections of names (rules, section 15)."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal

from app.values import normalised_name

if TYPE_CHECKING:
    from collections.abc import Iterable


NameBand = Literal["minor", "partial", "large"]
MINOR_FROM = 80
TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev"})
APOSTROPHES = re.compile("['`\u00b4\u02b9\u02bb\u02bc\u2018\u2019\u201b\u2032\uff07]")
PLAIN = {ord(c): None if APOSTROPHES.match(c) else " " for c in map(chr, range(128)) if not c.isalnum()}
"""What becomes of ASCII characters that are neither letters nor digits."""


def teaching_record_name(first_name: str, last_name: str) -> str:
    """Return the name on the teaching record; parts that are only "." are left out (NAM-01)."""
    return " ".join(part for part in map(normalised_name, (first_name, last_name)) if part not in {"", "."})


def display_name(corrected_name: str | None, trs_first_name: str, trs_last_name: str) -> str:
    """Return the name shown everywhere: the corrected one, else the teaching record's (NAM-01).

    It is empty when there is no correction and the record holds nothing but ".".
    """
    return corrected_name or teaching_record_name(trs_first_name, trs_last_name)


def stored_correction(corrected_name: str | None, trs_first_name: str, trs_last_name: str) -> str | None:
    """Return the correction to store; none when it equals the teaching record's name exactly (NAM-01, NAM-06)."""
    correction = normalised_name(corrected_name or "")
    if correction == teaching_record_name(trs_first_name, trs_last_name):
        return None
    return correction or None


def fold(name: str) -> str:
    """Return a name without accents, case and apostrophes, other punctuation as single spaces (NAM-03, ADM-9.2)."""
    if name.isascii():  # as most are: a list that is ordered by name folds a hundred of them
        return " ".join(name.lower().translate(PLAIN).split())
    folded = _without_marks(_without_marks(name).casefold())
    return " ".join("".join(c if _is_letter_or_digit(c) else " " for c in folded).split())


def _without_marks(text: str) -> str:
    decomposed = APOSTROPHES.sub("", unicodedata.normalize("NFKD", APOSTROPHES.sub("", text)))
    return "".join(c for c in decomposed if not unicodedata.category(c).startswith("M"))


def _is_letter_or_digit(character: str) -> bool:
    category = unicodedata.category(character)
    return category.startswith("L") or category == "Nd"


def search_text(*names: str | None) -> str:
    """Return the distinct folded words of all names, for a stored search column (LS-03)."""
    return " ".join(dict.fromkeys(word for name in names for word in fold(name or "").split()))


def significantly_different(old: str, new: str) -> bool:
    """Tell whether both the first and the last word differ after folding (NAM-03)."""
    old_words, new_words = fold(old).split() or [""], fold(new).split() or [""]
    return old_words[0] != new_words[0] and old_words[-1] != new_words[-1]


def needs_same_person_question(displayed: str, new: str) -> bool:
    """Tell whether the school is asked if the new name is the same person's (NAM-04)."""
    return significantly_different(displayed, new)


def is_flagged(displayed: str, trs_name: str, new: str) -> bool:
    """Tell whether support looks at the new name: it differs from what was shown or from the record (NAM-04)."""
    return significantly_different(displayed, new) or significantly_different(trs_name, new)


def name_band(score: int, large_below: int) -> NameBand:
    """Return how much a name differs from the teaching record's, by its score (ADM-9.4)."""
    if score >= MINOR_FROM:
        return "minor"
    return "large" if score < large_below else "partial"


def similarity(register_name: str, new_name: str) -> int:
    """Return how alike two names are, 0 to 100: the best of first words, last words and all words (ADM-9.3)."""
    register, new = _words_without_titles(register_name), _words_without_titles(new_name)
    if not register or not new:
        return 0
    pairs = (
        (register[0], new[0]),
        (register[-1], new[-1]),
        (" ".join(sorted(register)), " ".join(sorted(new))),
    )
    return max(_percent_alike(one, other) for one, other in pairs)


def _words_without_titles(name: str) -> list[str]:
    words = fold(name).split()
    while len(words) > 1 and words[0] in TITLES:
        words = words[1:]
    return words


def _percent_alike(one: str, other: str) -> int:
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - few processes compare names, and it is 4 MB

    # In whole numbers, so that a half is always rounded up.
    longest = max(len(one), len(other))
    return (200 * (longest - OSA.distance(one, other)) + longest) // (2 * longest)


def looks_shared(email: str, words: Iterable[str]) -> bool:
    """Tell whether the local part, less a +tag and a number at its end, is one of the words (EML-05)."""
    local = email.partition("@")[0].strip().lower()
    return local.partition("+")[0].rstrip("0123456789._-") in {word.lower() for word in words}
