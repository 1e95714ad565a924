"""The person: names, corrections of names, and who may be registered (rules, sections 6 and 15)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from app.terms import InductionOutcome, TRSInductionStatus
from app.values import normalised_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.terms import TRN

TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev"})
STATES_THAT_STOP_REGISTERING_AGAIN = frozenset({"in_progress", "exempt", "completed"})
FAILED_STATUSES = frozenset({TRSInductionStatus.FAILED, TRSInductionStatus.FAILED_IN_WALES})
APOSTROPHES = re.compile("['`\u00b4\u02b9\u02bb\u02bc\u2018\u2019\u201b\u2032\uff07]")


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
    # In whole numbers, so that a half is always rounded up.
    longest = max(len(one), len(other))
    return (200 * (longest - OSA.distance(one, other)) + longest) // (2 * longest)


def looks_shared(email: str, words: Iterable[str]) -> bool:
    """Tell whether the local part, less a +tag and a number at its end, is one of the words (EML-05)."""
    local = email.partition("@")[0].strip().lower()
    return local.partition("+")[0].rstrip("0123456789._-") in {word.lower() for word in words}


class DeadEnd(StrEnum):
    """Where a registration stops after a match, by the slug of its page (IDN-07)."""

    CANNOT_MENTOR_THEMSELF = "cannot-mentor-themself"
    ALREADY_REGISTERED = "already-registered"
    REGISTERED_AS_MENTOR = "registered-as-mentor"
    INDUCTION_COMPLETED = "induction-completed"
    INDUCTION_EXEMPT = "induction-exempt"
    INDUCTION_FAILED = "induction-failed"
    CANNOT_REGISTER = "cannot-register"


@dataclass(frozen=True)
class ECTGateFacts:
    """What decides whether someone can be registered as an ECT here.

    `states_here` are the states (STA-01) of all their ECT stays at this school, removed ones included.
    """

    induction_status: TRSInductionStatus | None = None
    local_outcome: InductionOutcome | None = None
    states_here: frozenset[str] = field(default_factory=frozenset)
    open_mentor_stay_anywhere: bool = False
    active_prohibition: bool = False


@dataclass(frozen=True)
class MentorGateFacts:
    """What decides whether someone can be registered as a mentor here."""

    same_trn_as_ect: bool = False
    open_mentor_stay_here: bool = False
    active_prohibition: bool = False


def gate_for_ect(facts: ECTGateFacts) -> DeadEnd | None:
    """Return the first dead end that applies to an ECT registration, none to go on (IDN-07, IDN-09, IDN-10)."""
    if facts.states_here & STATES_THAT_STOP_REGISTERING_AGAIN:
        return DeadEnd.ALREADY_REGISTERED
    if facts.open_mentor_stay_anywhere:
        return DeadEnd.REGISTERED_AS_MENTOR
    return _induction_dead_end(facts) or _prohibition_dead_end(active=facts.active_prohibition)


def _induction_dead_end(facts: ECTGateFacts) -> DeadEnd | None:
    if facts.induction_status is TRSInductionStatus.PASSED or facts.local_outcome is InductionOutcome.PASS:
        return DeadEnd.INDUCTION_COMPLETED
    if facts.induction_status is TRSInductionStatus.EXEMPT:
        return DeadEnd.INDUCTION_EXEMPT
    if facts.induction_status in FAILED_STATUSES or facts.local_outcome is InductionOutcome.FAIL:
        return DeadEnd.INDUCTION_FAILED
    return None


def is_themself(trn: TRN, ect_trn: TRN | None) -> bool:
    """Tell whether a mentor typed the TRN of the ECT the draft is for; asked before any look-up (IDN-07)."""
    return trn == ect_trn


def gate_for_mentor(facts: MentorGateFacts) -> DeadEnd | None:
    """Return the first dead end that applies to a mentor registration, none to go on (IDN-07, IDN-09)."""
    if facts.same_trn_as_ect:
        return DeadEnd.CANNOT_MENTOR_THEMSELF
    if facts.open_mentor_stay_here:
        return DeadEnd.ALREADY_REGISTERED
    return _prohibition_dead_end(active=facts.active_prohibition)


def _prohibition_dead_end(*, active: bool) -> DeadEnd | None:
    return DeadEnd.CANNOT_REGISTER if active else None
