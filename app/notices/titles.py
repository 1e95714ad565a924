"""What each email is called where staff read of it, beside its id (rules, section 20)."""

from __future__ import annotations

import re

TITLES = {
    "M-01": "ECT registered",
    "M-02": "ECT registered at a new school",
    "M-03": "Mentor registered",
    "M-04": "Mentor registered at a new school",
    "M-05": "ECT registered by another school",
    "M-06": "Mentor registered by another school",
    "M-07": "Leaving reported",
    "M-08": "Leaving changed or cancelled",
    "M-09": "Registration removed",
    "M-10": "Named as induction tutor",
    "M-11": "No longer the induction tutor",
    "M-12": "Training paused or stopped",
    "M-13": "Lead provider has confirmed",
    "M-14": "Induction recorded or ended",
    "M-15": "Email address changed",
    "M-16": "Teaching record changed",
    "M-20": "Partnership reported",
    "M-21": "Partnership reported, second time",
    "M-22": "Partnership challenged or challenge undone",
    "M-23": "School chose another lead provider",
    "M-30": "Unfinished registration will be deleted",
    "M-32": "Registration can go on",
    "M-40": "Nobody registered yet",
    "M-41": "ECTs without a mentor",
    "M-42": "Lead provider has not confirmed",
    "M-43": "Induction not recorded",
    "M-44": "Start of term",
    "M-45": "ECTs without an appropriate body",
    "M-46": "Registration is open",
    "M-48": "Choice to make again",
    "M-49": "One more person has access",
    "M-50": "What is open and new",
    "M-51": "What has just happened",
    "M-60": "Query received",
    "M-70": "Name somebody to register",
    "M-71": "Name a further person",
    "M-72": "Access given",
    "M-73": "Access taken away",
    "M-74": "Link to sign in",
    "M-75": "No access, asked to sign in",
    "M-76": "Confirm a new email address",
    "M-77": "Email address of a user changed",
    "M-78": "Code to sign in",
    "M-79": "Support account locked",
    "M-80": "New manager of the console",
    "M-81": "Support account soon ends",
    "M-82": "API token soon ends",
    "M-83": "School closed or continued",
    "M-84": "Query for support",
}
ID = re.compile(r"\bM-[0-9]{2}\b")


def titled(text: str) -> str:
    """Return a text in which every email is called by its title, with the id behind it."""
    return ID.sub(lambda found: f"{TITLES[found[0]]} ({found[0]})" if found[0] in TITLES else found[0], text)
