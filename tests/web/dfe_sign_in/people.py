"""The people at DfE Sign-in that tests sign in as, and where they work."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from app.stand_ins.dfe_file import API_SECRET, SECRET

ALICE, BOTH, NOBODY = "alice@ash.example", "both@ash.example", "nobody@ash.example"
TRUST, STRANGE, NO_ROLE, INACTIVE = (
    "trust@ash.example",
    "strange@ash.example",
    "no-role@ash.example",
    "inactive@ash.example",
)
SAM, NO_ACCOUNT = "sam@staff.example", "unknown@staff.example"
ASH, BIRCH, CEDAR = "100001", "100002", "100003"
NAMES = {ASH: "Ash School", BIRCH: "Birch School", CEDAR: "Cedar School", "199999": "Strange School"}
__all__ = ["ALICE", "API_SECRET", "ASH", "BIRCH", "BOTH", "CEDAR", "SECRET", "sub_of", "users_file"]


def sub_of(email: str) -> str:
    """Return the id of somebody at DfE Sign-in."""
    return str(uuid5(NAMESPACE_URL, email))


def organisation(urn: str, **changes: Any) -> dict[str, Any]:
    """Return a school as DfE Sign-in has it."""
    made = {"id": str(uuid5(NAMESPACE_URL, urn)).upper(), "name": NAMES[urn], "urn": urn, "roles": ["SchoolUser"]}
    return {**made, **changes}


def user(email: str, *organisations: dict[str, Any]) -> dict[str, Any]:
    """Return somebody; the name is made of the address."""
    given = email.partition("@")[0].capitalize()
    names = {"given_name": given, "family_name": "Archer"}
    return {"sub": sub_of(email), "email": email, **names, "organisations": list(organisations)}


def department(*roles: str) -> dict[str, Any]:
    """Return the department as DfE Sign-in has it, with the role that opens the console unless said otherwise."""
    given = {"id": str(uuid5(NAMESPACE_URL, "department")), "name": "Department", "category": "002"}
    return {**given, "roles": list(roles or ("DfEUser",))}


def users_file(*, without: str = "") -> dict[str, Any]:
    """Return the file; Alice has lost her role where `without` is her school."""
    alices = organisation(ASH, roles=[] if without == ASH else ["SchoolUser"])
    trust = {"id": str(uuid5(NAMESPACE_URL, "trust")), "name": "Oaks Trust", "category": "010", "roles": []}
    users = [
        user(ALICE, alices),
        user(BOTH, organisation(ASH), organisation(BIRCH), organisation(CEDAR, roles=[])),
        user(NOBODY),
        user(TRUST, trust),
        user(STRANGE, organisation("199999")),
        user(NO_ROLE, organisation(ASH, roles=["OtherRole"])),
        user(INACTIVE, organisation(ASH, role_status=2)),
        user(SAM, department()),
        user(NO_ACCOUNT, department()),
    ]
    return {"format": 1, "users": users}
