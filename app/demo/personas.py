"""Ready-made people to sign in as (REF-6.8), and the users and tutors every other school has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.access.personas import Persona

if TYPE_CHECKING:
    from app.demo.schools import DemoSchool

PERSONAS = (
    Persona(
        "amberley-tutor", "Alice Archer", "alice@amberley.example", "school",
        "Induction tutor of a busy school: register ECTs and look after those already there.", ("9000001",),
    ),
    Persona(
        "amberley-admin", "Bob Bright", "bob@amberley.example", "school",
        "Alice's colleague, with a registration of his own under way.", ("9000001",),
    ),
    Persona(
        "calder-tutor", "Carla Crane", "carla@calder.example", "school",
        "Induction tutor of the school that transfers come from.", ("9000003",),
    ),
    Persona(
        "beckside-new", "Bella Brook", "bella@beckside.example", "school",
        "First use: privacy notice, then naming an induction tutor.", ("9000002",), privacy_accepted=False,
    ),
    Persona(
        "dunmore", "Derek Dale", "derek@dunmore.example", "school",
        "An independent special school: the national body for independent schools is offered.", ("9000004",),
    ),
    Persona(
        "elmstead", "Erin Ellwood", "erin@elmstead.example", "school",
        "A school that lost its funding: looks after its ECT, but cannot register another.", ("9000005",),
    ),
    Persona(
        "fernhill", "Felix Frost", "felix@fernhill.example", "school",
        "An independent school that may not use the service.", ("9000006",),
    ),
    Persona(
        "glenfield", "Gina Gale", "gina@glenfield.example", "school",
        "A British school overseas, not admitted at present.", ("9000007",),
    ),
    Persona(
        "harrow-lane", "Harry Holt", "harry@harrow.example", "school",
        "A school that closed 60 days ago.", ("9000008",),
    ),
    Persona(
        "larkfield-academy", "Lara Lane", "lara@larkfield-9000017.example", "school",
        "A school that has not opened yet.", ("9000017",),
    ),
    Persona(
        "three-oaks-lead", "Theo Thorne", "theo@three-oaks.example", "school",
        "Trust lead with three schools: Lower, Middle and Upper.", ("9000021", "9000022", "9000023"),
    ),
    Persona(
        "no-school", "Noel North", "noel@no-school.example", "school",
        "Somebody whose organisation is no school.",
    ),
    Persona("staff-viewer", "Vera Vale", "vera@staff.example", "staff", "Support: may look.", roles=("viewer",)),
    Persona("staff-support", "Sol Sands", "sol@staff.example", "staff", "Support: helps schools.", roles=("support",)),
    Persona("staff-data", "Dora Dean", "dora@staff.example", "staff", "Support: reference data.", roles=("data",)),
    Persona("staff-manager", "Max Moor", "max@staff.example", "staff", "Support: manages staff.", roles=("manager",)),
    Persona(
        "staff-locked", "Lou Lyle", "lou@staff.example", "staff",
        "A locked account: not accepted at sign-in.", roles=("viewer",), locked=True,
    ),
)  # fmt: skip
NEW_HERE = {"beckside-new", "no-school", "staff-locked"}
NO_TUTOR = "9000002"
TUTOR_OF_LAST_YEAR = "9000068"

_FIRST = ("Ada", "Bilal", "Cora", "Dev", "Elsie", "Finn", "Greta", "Hari", "Ines", "Joel", "Kezia", "Luca", "Mina")
_LAST = ("Abbot", "Barlow", "Cope", "Denby", "Emery", "Firth", "Gill", "Hobbs", "Ingram", "Joyce", "Kerr")


@dataclass(frozen=True)
class DemoUser:
    """A user that the data itself needs: the name and the schools they work for."""

    name: str
    email: str
    schools: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    audience: str = "school"


def users(schools: list[DemoSchool]) -> list[DemoUser]:
    """Return the personas that have signed in before, two more of Amberley Grove, and a tutor a school."""
    known = [
        DemoUser(persona.name, persona.email, persona.school_urns, persona.roles, persona.kind)
        for persona in PERSONAS
        if persona.key not in NEW_HERE
    ]
    known += [
        DemoUser("Amir Aziz", "amir@amberley.example", ("9000001",)),
        DemoUser("Anna Ames", "anna@amberley.example", ("9000001",)),
    ]
    served = {urn for user in known for urn in user.schools} | {NO_TUTOR}
    return known + [_tutor(school) for school in schools if school.urn not in served]


def tutor_of(urn: str, everybody: list[DemoUser]) -> DemoUser:
    """Return the induction tutor of a school: its first user."""
    return next(user for user in everybody if urn in user.schools)


def _tutor(school: DemoSchool) -> DemoUser:
    number = int(school.urn)
    name = f"{_FIRST[number % len(_FIRST)]} {_LAST[number % len(_LAST)]}"
    return DemoUser(name, f"{name.split(maxsplit=1)[0].lower()}@{school.domain}", (school.urn,))
