"""What is asked and said alike wherever a person's name or email address is taken (NAM-04, EML-05)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.journeys import kinds
from app.teachers.rules import looks_shared
from app.terms import Role

if TYPE_CHECKING:
    from app.journeys.engine import Question
    from app.terms import TRN
    from app.web.session import Here


def confirm_name(shown: str, new: str, trn: TRN) -> Question[bool]:
    """Ask whether a very different name is the same person's (NAM-04, RE-08); a no never gets stored."""
    return kinds.yes_or_no(
        "confirm-name",
        f"Is {new} the same person as {shown}?",
        "same_person",
        "Select yes if they are the same person",
        why=f"The name you gave is very different from the one we hold for teacher reference number {trn}.",
    )


def email_notices(email: str, role: Role, here: Here) -> list[str]:
    """Return what looks odd about an email address without blocking it (EML-05)."""
    found = []
    if looks_shared(email, here.policy.shared_mailbox_words):
        found.append("The email address looks like a shared mailbox. Use one that is theirs alone.")
    own = {here.user.email.casefold()} | ({here.tutor.email.casefold()} if here.tutor else set())
    if email.casefold() in own:
        found.append(
            "The email address is yours or your induction tutor’s. Are you sure it is the ECT’s?"
            if role is Role.ECT
            else "The email address is yours or your induction tutor’s. An induction tutor and a mentor do different "
            "things for an ECT, so it is best if they are different people."
        )
    return found
