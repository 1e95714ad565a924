"""How hard a page is to read: the Flesch-Kincaid grade of its sentences (GDS-20)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

TERMS = frozenset(
    [
        "academic",
        "appropriate",
        "bodies",
        "body",
        "delivery",
        "ECT",
        "induction",
        "lead",
        "mentor",
        "mentors",
        "number",
        "partner",
        "partners",
        "partnership",
        "partnerships",
        "provider",
        "providers",
        "qualified",
        "reference",
        "register",
        "registered",
        "registration",
        "status",
        "teacher",
        "tutor",
    ]
)
"""What the service is about has its names; they count as one syllable, as names of people do (GDS-20)."""
BLOCKS = ".//p | .//li | .//label | .//legend | .//h1 | .//h2 | .//dt | .//div"
PROSE = "self::p or self::li or self::h1 or self::h2 or self::h3 or self::label or self::legend or self::button or self::div"
SHORTEST = 4
"""Words: what is shorter is a label and no sentence."""


def grade(page: Any) -> float:
    """Return the school grade that the sentences of a page's main part ask for; 0 without any."""
    sentences = list(_sentences(page.xpath("//main")[0]))
    words = sum(map(len, sentences))
    if not words:
        return 0.0
    syllables = sum(_syllables(word, first=place == 0) for sentence in sentences for place, word in enumerate(sentence))
    return 0.39 * words / len(sentences) + 11.8 * syllables / words - 15.59


def _sentences(main: Any) -> Iterator[list[str]]:
    for block in main.xpath(f".//*[{PROSE}][not(ancestor::dl)]"):
        if block.xpath(BLOCKS):
            continue
        for sentence in re.split(r"(?<=[.?!])\s+", " ".join(block.text_content().split())):
            words = re.findall(r"[^\W\d_][^\W\d_’']*", sentence)
            if len(words) >= SHORTEST:
                yield words


def _syllables(word: str, *, first: bool) -> int:
    if word.lower() in TERMS or (word[0].isupper() and not first):
        return 1
    silent = re.compile(r"(?:[^laeiouy]es|[^aeiouytd]ed|[^laeiouy]e)$")
    sounded = silent.sub("", word.lower()) if len(word) > 3 else word.lower()
    return max(1, len(re.findall(r"[aeiouy]+", sounded)))
