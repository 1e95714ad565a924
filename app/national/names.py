"""Invented names of schools, places and people, with what names have in them (REF-7.3)."""

# ruff: noqa: SIM905 - words read better as words

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

BEFORE = tuple(
    "Ash Beck Bram Cald Carl Dun Ed Elm Fern Graf Had Hart Ing Kes Lang Lind Mar Nor Oak Pen Quar Rad Sed Stan"
    " Thorn Up Wal West Whit Wy".split()
)
AFTER = tuple(
    "by ham ley ton worth wick ford field bridge dale stead combe hurst mere over church brook wood bury gate".split()
)
MIDDLE = (
    *("", "", "", " Church", " Park", " Road", " Green", " Hill", " Valley", " Manor", " Holy Cross & St Anne's"),
    *(
        " St Chloë's",
        " Bishop O'Neill",
        " All Saints'",
        " Queen’s",
        " North",
        " South",
        " East",
        " West",
        " Saint-André",
    ),
)
KIND_WORDS = {
    "primary": ("Primary School", "Junior and Infant School", "CofE Primary School", "Primary Academy"),
    "secondary": ("High School", "Academy", "Community College", "Grammar School"),
    "special": ("School", "Special School", "Learning Centre"),
    "sixteen_plus": ("Sixth Form College", "College"),
    "other": ("Pupil Referral Unit", "Free School", "Nursery School"),
    "unfunded": ("House School", "Preparatory School"),
}
SHARED_BY_MANY = "St Joseph's Catholic Primary School"
SAINT = tuple(
    f"{saint} {rest}"
    for saint in ("St Mary's", "St. Mary's", "Saint Mary's", "St Marys", "St Mary’s")
    for rest in (
        *("Primary School", "Catholic Primary School", "CofE Primary School", "RC School", "Academy"),
        *("Infant School", "Junior School", "C.E. School", "School", "Voluntary Academy"),
    )
)
FIRST_NAMES = tuple(
    "Aaliyah Adam Agnieszka Aisha Alex Amara Amy Andrew Anna Ben Bethan Bronwen Callum Carys Charlotte Chidi Chloë"
    " Daniel David Elin Emily Emma Ethan Fatima Freya George Grace Hannah Harry Ibrahim Imogen Isla Jack James Jess"
    " José Joshua Kate Khadija Laura Leah Lewis Lily Lucy Mai Mark Megan Michael Mohammed Nadia Naomi Nia Niamh Noah"
    " Olivia Omar Owen Paul Priya Rachel Rebecca Rhys Robert Ruth Sam Sarah Séan Siân Sophie Thomas Tomasz Yusuf"
    " Zoë".split()
)
LAST_NAMES = tuple(
    "Adams Ahmed Ali Allen Baker Begum Bennett Brown Campbell Carter Chapman Clarke Collins Cooper Cox Davies Dawson"
    " Edwards Ellis Evans Fisher Foster Fox Gibson Gray Green Griffiths Hall Harris Harrison Hill Hughes Hussain"
    " Jackson James Johnson Jones Kaur Kelly Khan King Kowalska Lee Lewis Lloyd MacDonald Marshall Martin Mason"
    " Mills Mitchell Moore Morgan Morris Murphy Nguyễn O'Brien O’Connor Okafor Owen Palmer Parker Patel Phillips Price"
    " Rahman Reid Richards Roberts Robinson Rogers Russell Scott Shah Simpson Singh Smith Smith-Jones Stevens Taylor"
    " Thomas Thompson Turner Walker Ward Watson White Williams Wilson Wood Wright Young".split()
)


def place(stream: Random) -> str:
    """Return the name of a place."""
    return stream.choice(BEFORE) + stream.choice(AFTER)


def school_name(stream: Random, kind: str) -> str:
    """Return a school's name of its own most of the time."""
    return f"{place(stream)}{stream.choice(MIDDLE)} {stream.choice(KIND_WORDS[kind])}"


def person(stream: Random) -> tuple[str, str]:
    """Return a first and a last name."""
    return stream.choice(FIRST_NAMES), stream.choice(LAST_NAMES)


def names_of_schools(stream: Random, kinds: list[str]) -> list[str]:
    """Return a name for each school: one is shared by 87 of 25,000, 50 vary one saint, 20 % are not unique."""
    count = len(kinds)
    primaries = [number for number, kind in enumerate(kinds) if kind == "primary"]
    stream.shuffle(primaries)
    many, saints, shared = max(2, count * 87 // 25_000), max(10, count * 50 // 25_000), round(count * 0.2)
    names = [""] * count
    for number in primaries[:many]:
        names[number] = SHARED_BY_MANY
    for step, number in enumerate(primaries[many : many + saints]):
        names[number] = SAINT[step % len(SAINT)]
    twins = primaries[many + saints :][: max(0, shared - many)]
    for one, other in zip(twins[::2], twins[1::2], strict=False):
        names[one] = names[other] = school_name(stream, "primary")
    return _unique_rest(stream, kinds, names)


def _unique_rest(stream: Random, kinds: list[str], names: list[str]) -> list[str]:
    taken = set(names)
    for number, kind in enumerate(kinds):
        while not names[number]:
            tried = school_name(stream, kind)
            if tried in taken:
                tried = f"{place(stream)} and {tried}"
            if tried not in taken:
                taken.add(tried)
                names[number] = tried
    return names
