"""Teaching records of the demo's people, as the stand-in of the teaching record system reads them (EXT-6.8).

Their dates of birth and National Insurance numbers exist here only: nothing of this module is
written to the service's database.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from app.teachers.snapshot import Snapshot
from app.terms import TRSInductionStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.demo.calendar import Days

BORN = date(1998, 2, 14)
ANOTHER_BIRTHDAY = date(1990, 1, 1)
PROHIBITION, OTHER_ALERT = "prohibition", "failed_induction"
NEW_WITHOUT_TRAINING = 155
REQUIRED, IN_PROGRESS = TRSInductionStatus.REQUIRED_TO_COMPLETE, TRSInductionStatus.IN_PROGRESS


@dataclass(frozen=True)
class DemoPerson:
    """One teaching record; what is not said is the common case of REF-6.5."""

    number: int
    first_name: str = ""
    last_name: str = ""
    status: TRSInductionStatus = REQUIRED
    born: date = BORN
    qualified: bool = True
    has_number: bool = True
    first_year: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def trn(self) -> str:
        """Return the TRN."""
        return f"{9_900_000 + self.number:07}"

    def qualified_on(self, days: Days) -> date | None:
        """Return since when they hold qualified teacher status."""
        return date(days.year_at(-6), 7, 15) if self.qualified else None

    @property
    def national_insurance_number(self) -> str | None:
        """Return the invented number that TRS holds, or None."""
        return f"JX0000{self.number % 100:02}A" if self.has_number else None


def people(days: Days) -> list[DemoPerson]:
    """Return every teaching record in order of TRN."""
    return sorted([*_not_registered(days), *_faulty(), *_registered(days)], key=lambda person: person.number)


def person_of(trn: str, days: Days) -> DemoPerson:
    """Return the teaching record of a TRN; raises StopIteration for one the demo does not have."""
    return next(person for person in people(days) if person.trn == trn)


def teaching_records(days: Days) -> dict[str, Any]:
    """Return the stand-in's whole data file, dates as `YYYY-MM-DD`."""
    return {"format": 1, "people": [_record(person, days) for person in people(days)], "faults": []}


def _record(person: DemoPerson, days: Days) -> dict[str, Any]:
    if person.extra.get("state", "active") != "active":
        return {"trn": person.trn, **person.extra}
    qualified = person.qualified_on(days)
    return {
        "trn": person.trn,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "date_of_birth": person.born.isoformat(),
        "national_insurance_number": person.national_insurance_number,
        "qts": qualified.isoformat() if qualified else None,
        "induction": _induction(person, days),
        **person.extra,
    }


def _induction(person: DemoPerson, days: Days) -> dict[str, Any]:
    started, completed = induction_days(person, days)
    reasons = ["Registered for at least two years in another country"] if _exempt(person) else []
    return {
        "status": person.status.value,
        "start_date": started.isoformat() if started else None,
        "completed_date": completed.isoformat() if completed else None,
        "exemption_reasons": reasons,
    }


def induction_days(person: DemoPerson, days: Days) -> tuple[date | None, date | None]:
    """Return the first and last day of the induction on the teaching record."""
    ended = {TRSInductionStatus.PASSED, TRSInductionStatus.FAILED, TRSInductionStatus.FAILED_IN_WALES}
    if person.status is IN_PROGRESS:
        return days.autumn if person.first_year else date(days.year_at(-1), 9, 1), None
    return (date(days.year_at(-2), 9, 1), days.ago(45)) if person.status in ended else (None, None)


def snapshot_of(person: DemoPerson, days: Days) -> Snapshot:
    """Return what is kept of the teaching record of somebody who may be registered."""
    started, completed = induction_days(person, days)
    qualified = person.qualified_on(days)
    return Snapshot(person.first_name, person.last_name, person.status, started, completed, qualified, prohibited=False)


def _exempt(person: DemoPerson) -> bool:
    return person.status is TRSInductionStatus.EXEMPT


def _not_registered(days: Days) -> list[DemoPerson]:
    """Return people of the table of REF-6.5 who can be tried out; 9900003 is unknown on purpose."""
    return [
        DemoPerson(1, "Amelia", "Hartley"),
        DemoPerson(2, "Ben", "Okafor", qualified=False),
        DemoPerson(4, extra={"state": "deactivated"}),
        DemoPerson(5, extra={"state": "merged", "merged_into": "9900006"}),
        DemoPerson(6, "Chloe", "Dunn"),
        DemoPerson(7, "David", "Pryce", TRSInductionStatus.PASSED),
        DemoPerson(8, "Ella", "Foss", TRSInductionStatus.FAILED),
        DemoPerson(9, "Ffion", "Gethin", TRSInductionStatus.FAILED_IN_WALES),
        DemoPerson(10, "Grace", "Adeyemi", TRSInductionStatus.EXEMPT),
        DemoPerson(11, "Aled", "Prosser", extra=_alert(days, PROHIBITION, None)),
        DemoPerson(12, "Hannah", "Sorrell", extra=_alert(days, PROHIBITION, days.as_of)),
        DemoPerson(13, "Imran", "Qadir", extra=_alert(days, PROHIBITION, days.ahead(1))),
        DemoPerson(14, "Jack", "Threlfall", extra=_alert(days, OTHER_ALERT, None)),
        DemoPerson(15, "Katie", "Lomax", born=ANOTHER_BIRTHDAY),
        DemoPerson(16, "Liam", "Vance", born=ANOTHER_BIRTHDAY, has_number=False),
        DemoPerson(17, "Maya", "Sandhu", IN_PROGRESS, first_year=True),
        DemoPerson(18, "Zoë", "D'Aubigné"),
        DemoPerson(19, "Nila", "."),
        DemoPerson(33, "Oscar", "Whitlow", born=_years_before(days, 17)),
        DemoPerson(34, "Pearl", "Ashdown", born=_years_before(days, 101)),
        DemoPerson(115, "Rory", "Kendal"),
    ]


def _alert(days: Days, category: str, until: date | None) -> dict[str, Any]:
    alert = {"category": category, "type": "Invented for the demo", "start_date": days.ago(300).isoformat()}
    return {"alerts": [alert | {"details": None, "end_date": until.isoformat() if until else None}]}


def _years_before(days: Days, years: int) -> date:
    day = days.as_of
    return day.replace(year=day.year - years, day=min(day.day, 28))


def _faulty() -> list[DemoPerson]:
    """Return people whose record can't be read (EXT-6.6)."""
    return [
        DemoPerson(35, "Quinn", "Arkwright", extra=_fault(delay_ms=30_000)),
        DemoPerson(36, "Rosa", "Benedict", extra=_fault(answer="server_error")),
        DemoPerson(
            37, "Sam", "Calloway",
            extra={"faults": [
                {"answer": "rate_limited", "retry_after": 60, "times": 1},
                {"answer": "rate_limited"},
            ]},
        ),
        DemoPerson(38, "Tara", "Dunmow", extra=_fault(answer="truncated_json")),
        DemoPerson(39, "Umar", "Ellis", extra=_fault(answer="missing_section", section="alerts")),
    ]  # fmt: skip


def _fault(**fault: object) -> dict[str, Any]:
    return {"faults": [fault]}


def _registered(_: Days) -> list[DemoPerson]:
    """Return the teaching records of everybody registered (`registered`)."""
    return [
        DemoPerson(20, "Callum", "Birch", IN_PROGRESS),
        DemoPerson(21, "Dionne", "Clarke", IN_PROGRESS),
        DemoPerson(22, "Esther", "Mwangi"),
        DemoPerson(23, "Freya", "Novak", IN_PROGRESS, first_year=True),
        DemoPerson(24, "George", "Oakes", TRSInductionStatus.PASSED),
        DemoPerson(25, "Helen", "Marsden", TRSInductionStatus.PASSED),
        DemoPerson(26, "Isaac", "Petrov", TRSInductionStatus.PASSED),
        DemoPerson(27, "Judith", "Quayle", TRSInductionStatus.NONE),
        DemoPerson(28, "Kwame", "Rowntree", TRSInductionStatus.NONE),
        DemoPerson(29, "Lena", "Strand", TRSInductionStatus.NONE),
        DemoPerson(30, "Marcus", "Tobin", IN_PROGRESS),
        DemoPerson(31, "Nadia", "Underhill", IN_PROGRESS),
        DemoPerson(32, "Owen", "Vaughan"),
        DemoPerson(101, "Alfie", "Garland"),
        DemoPerson(102, "Bethan", "Hollis", IN_PROGRESS),
        DemoPerson(103, "Cyrus", "Irani", IN_PROGRESS, first_year=True),
        DemoPerson(104, "Daisy", "Jessop", IN_PROGRESS),
        DemoPerson(105, "Edwin", "Kaur", IN_PROGRESS),
        DemoPerson(106, "Flora", "Lindqvist", TRSInductionStatus.EXEMPT),
        DemoPerson(107, "Zoe", "Marsh"),
        DemoPerson(109, "Hugo", "Nash", IN_PROGRESS),
        DemoPerson(110, "Isla", "Orchard"),
        DemoPerson(111, "Jonah", "Peel"),
        DemoPerson(112, "Kiran", "Rao", IN_PROGRESS),
        DemoPerson(113, "Leah", "Sefton", IN_PROGRESS, first_year=True),
        DemoPerson(114, "Milo", "Tanner"),
        DemoPerson(116, "Nina", "Upton", IN_PROGRESS),
        DemoPerson(117, "Otis", "Verma", IN_PROGRESS),
        DemoPerson(131, "Olive", "Wren", TRSInductionStatus.NONE),
        *_shown_at_amberley(),
        *_mentors_shown_at_amberley(),
        DemoPerson(195, "Winnie", "Harper", IN_PROGRESS),
        DemoPerson(196, "Xavier", "Ingleby", IN_PROGRESS),
        DemoPerson(197, "Yara", "Jolley", IN_PROGRESS),
        DemoPerson(198, "Zachary", "Keane", TRSInductionStatus.NONE),
        DemoPerson(199, "Alma", "Lister", TRSInductionStatus.NONE),
    ]


def _called(number: int, name: str, status: TRSInductionStatus = REQUIRED) -> DemoPerson:
    first_name, last_name = name.split()
    return DemoPerson(number, first_name, last_name, status)


def _shown_at_amberley() -> Iterator[DemoPerson]:
    yield DemoPerson(141, "Arlo", "Whitby", TRSInductionStatus.FAILED)
    yield DemoPerson(142, "Bryony", "Yates", IN_PROGRESS)
    names = (
        "Caleb Ansell", "Della Bostock", "Elias Crouch", "Fern Dyson", "Gabriel Eaves", "Hattie Farrow", "Ivo Gadsby",
        "Jemima Hale", "Kit Iveson", "Lorna Jarvis", "Magnus Keeble", "Nell Larkin", "Orla Mayhew", "Pascal Nairn",
        "Queenie Oldfield", "Reuben Paige", "Saskia Quirke", "Tobias Ridley", "Una Satchwell", "Vince Tolland",
    )  # fmt: skip
    for number, name in enumerate(names, start=143):
        yield replace(_called(number, name, IN_PROGRESS), first_year=number == NEW_WITHOUT_TRAINING)
    yield DemoPerson(163, "Wanda", "Usher", qualified=False)
    yield DemoPerson(164, "Xander", "Varley", IN_PROGRESS)
    yield DemoPerson(165, "Jon", "Smyth", IN_PROGRESS)
    yield DemoPerson(166, "Tess", "Wilder", IN_PROGRESS)
    later = ("Yusuf Adair", "Zelda Brock", "Aaron Catlin", "Beth Dreyer", "Colm Eddery", "Dilys Fenner", "Ewan Garrick")
    for number, name in enumerate(later, start=167):
        yield _called(number, name, IN_PROGRESS)
    unfinished = ("Fleur Hobday", "Gus Irwin", "Hope Jessup", "Ike Knowles", "Jess Loader")
    for number, name in enumerate(unfinished, start=174):
        yield _called(number, name)


def _mentors_shown_at_amberley() -> Iterator[DemoPerson]:
    names = (
        "Hester Abney", "Ignatius Bale", "Juno Carver", "Kenneth Dowd", "Lydia Esmond", "Mervyn Foyle", "Nesta Glynn",
        "Oswald Hurst", "Petra Ings", "Quentin Joyner", "Rhoda Kemp",
    )  # fmt: skip
    for number, name in enumerate(names, start=180):
        yield _called(number, name, TRSInductionStatus.NONE)
