"""What the statistics count and how their numbers are shown: pure (ADM-12.1, ADM-12.2, ADM-12.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Literal

from app.notices.titles import titled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SMALLEST = 5
"""A group of fewer is not counted out (ADM-12.4)."""
HIDDEN = f"<{SMALLEST}"
WEEK = 7
BANDS = ("open_0_7", "open_8_14", "open_15_28", "open_29_plus")
ROLES = {"ect": "ECTs", "mentor": "Mentors"}
ROLE = {"ect": "ECT", "mentor": "Mentor"}
PROGRAMMES = {"provider_led": "Provider-led", "school_led": "School-led", "none": "None"}


@dataclass(frozen=True)
class Table:
    """Numbers as a table and a file: the columns of the file, and what stands above them on the page."""

    slug: str
    caption: str
    columns: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def shown(self) -> tuple[tuple[str, ...], ...]:
        """The rows as the page has them: what stands in a file as a word of the data, in words."""
        return tuple(
            tuple(_in_words(name, cell) for name, cell in zip(self.columns, row, strict=True)) for row in self.rows
        )


def _in_words(column: str, cell: str) -> str:
    if column == "programme":
        return PROGRAMMES.get(cell, cell)
    if column == "role":
        return ROLE.get(cell, cell)
    if column in {"journey", "step", "field"}:
        words = cell.replace("_", " ").replace("-", " ")
        return words[:1].upper() + words[1:]
    return cell


@dataclass(frozen=True)
class Series:
    """The values of one line or kind of bar; a hidden number is drawn as half of what it may be."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Chart:
    """A picture with the tables that say the same, and what exactly is counted."""

    slug: str
    title: str
    definition: str
    tables: tuple[Table, ...]
    kind: Literal["lines", "bars"] = "bars"
    labels: tuple[str, ...] = ()
    series: tuple[Series, ...] = ()
    findings: tuple[str, ...] = field(default=())

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for series in self.series for value in series.values)


def count(number: int) -> str:
    """Return a number, hidden when it counts fewer than five (ADM-12.4)."""
    return HIDDEN if 0 < number < SMALLEST else str(number)


def is_hidden(*numbers: int) -> bool:
    """Tell whether one of some numbers is hidden, so that nothing worked out from it may be shown."""
    return any(0 < number < SMALLEST for number in numbers)


def rounded(number: float | Decimal | None) -> str:
    """Return a number with one decimal, rounded half up (ADM-12.4); nothing for None."""
    if number is None:
        return ""
    return str(Decimal(str(number)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def share(part: int, whole: int) -> str:
    """Return a percentage with one decimal, rounded half up; nothing where it would tell a hidden number."""
    if whole == 0 or is_hidden(part, whole, whole - part):
        return ""
    return str((Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP))


def drawn(number: int) -> float:
    """Return the height of a number in a picture."""
    return SMALLEST / 2 if is_hidden(number) else float(number)


def registrations(rows: Sequence[Any], first: date) -> Chart:
    """Registrations by the London day on which they were made, with the mean of seven days."""
    by_role: dict[str, dict[str, int]] = {role: {} for role in ROLES}
    for day, role, number in rows:
        by_role[role][day] = number
    days = [day for day in by_role["ect"] if day >= first.isoformat()]
    file = tuple((day, role, count(by_role[role][day])) for day in days for role in ROLES)
    means = {role: [_mean(numbers, day) for day in days] for role, numbers in by_role.items()}
    total = {role: sum(numbers[day] for day in days) for role, numbers in by_role.items()}
    return Chart(
        "registrations",
        "Registrations by day",
        "Registrations of ECTs and of mentors by the day in London on which they were made, without those removed. "
        "The lines are the mean of the day and the six days before it.",
        (
            Table(
                "registrations",
                "Registrations by day",
                ("day", "role", "registrations"),
                ("Day", "Role", "Number"),
                file,
            ),
        ),
        "lines",
        tuple(days),
        tuple(Series(ROLES[role], tuple(means[role])) for role in ROLES),
        tuple(f"{ROLES[role]} registered: {count(number)}" for role, number in total.items()),
    )


def _mean(numbers: dict[str, int], day: str) -> float:
    last = date.fromisoformat(day)
    week = [numbers.get((last - timedelta(days=back)).isoformat(), 0) for back in range(WEEK)]
    return drawn(sum(week)) / WEEK


def programmes(rows: Sequence[Any]) -> Chart:
    """ECTs in progress on the last day by programme."""
    total = sum(number for *_, number in rows)
    file = tuple((day, programme, count(number)) for day, programme, number in rows)
    found = tuple(f"{PROGRAMMES[programme]}: {count(number)}{_of_all(number, total)}" for _, programme, number in rows)
    return Chart(
        "programmes",
        "By programme",
        "ECTs in progress on the last day of the range, by the programme of the training that goes on: provider-led, "
        "school-led or none.",
        (Table("programmes", "ECTs by programme", ("day", "programme", "ects"), ("Day", "Programme", "ECTs"), file),),
        labels=tuple(PROGRAMMES[programme] for _, programme, _ in rows),
        series=(Series("ECTs", tuple(drawn(number) for *_, number in rows)),),
        findings=found,
    )


def _of_all(number: int, total: int) -> str:
    percentage = share(number, total)
    return f" ({percentage}%)" if percentage else ""


def providers(rows: Sequence[Any]) -> Chart:
    """Provider-led training on the last day, by lead provider and role."""
    return Chart(
        "lead-providers",
        "By lead provider",
        "Provider-led training of ECTs and of mentors that goes on on the last day of the range and was not withdrawn, "
        "confirmed by the lead provider or only requested.",
        (
            Table(
                "lead-providers",
                "ECTs and mentors by lead provider",
                ("provider", "role", "confirmed", "requested"),
                ("Lead provider", "Role", "Confirmed", "Requested"),
                tuple((name, role, count(confirmed), count(asked)) for name, role, confirmed, asked in rows),
            ),
        ),
        labels=tuple(f"{name}, {ROLES[role]}" for name, role, *_ in rows),
        series=(
            Series("Confirmed", tuple(drawn(confirmed) for *_, confirmed, _ in rows)),
            Series("Requested", tuple(drawn(asked) for *_, asked in rows)),
        ),
    )


def mentor_coverage(rows: Sequence[Any]) -> Chart:
    """The share of ECTs in progress who have a mentor, day by day."""
    file = tuple(
        (day, count(ects), count(mentored), share(mentored, ects), "" if is_hidden(n) else rounded(median))
        for day, ects, mentored, n, median in rows
    )
    last = rows[-1] if rows else None
    percentage = share(last[2], last[1]) if last else ""
    return Chart(
        "mentor-coverage",
        "Mentor coverage",
        "ECTs in progress on each day, those of them with a mentor on that day, and their share. The median is of the "
        "days from the start at the school to the first mentor, for ECTs whose first mentor began on that day.",
        (
            Table(
                "mentor-coverage",
                "ECTs with a mentor by day",
                ("day", "ects", "with_mentor", "share", "median_days"),
                ("Day", "ECTs", "With a mentor", "Share in %", "Median days to the first"),
                file,
            ),
        ),
        "lines",
        tuple(day for day, *_ in rows),
        (
            Series("ECTs in progress", tuple(drawn(ects) for _, ects, *_ in rows)),
            Series("With a mentor", tuple(drawn(mentored) for _, _, mentored, *_ in rows)),
        ),
        (f"With a mentor on the last day: {percentage}%",) if percentage else (),
    )


def waits(slug: str, title: str, definition: str, columns: tuple[str, str], rows: Sequence[Any]) -> Chart:
    """How long something took, and how long what is open has been, by body or lead provider; columns: who, and what."""
    who, verb = columns
    file = tuple(
        (
            name,
            count(ended),
            *("" if is_hidden(ended) else rounded(days) for days in (median, ninety)),
            *(count(number) for number in bands),
        )
        for name, ended, median, ninety, *bands in rows
    )
    headings = (verb.capitalize(), "Median days", "90th percentile", "Open 0–7", "Open 8–14", "Open 15–28", "Open 29+")
    names = (who, verb, "median_days", "p90_days", *BANDS)
    heading = "Lead provider" if who == "provider" else "Appropriate body"
    return Chart(
        slug,
        title,
        definition,
        (Table(slug, title, names, (heading, *headings), file),),
        labels=tuple(name for name, *_ in rows),
        series=(
            Series(verb.capitalize(), tuple(drawn(ended) for _, ended, *_ in rows)),
            Series("Open", tuple(float(sum(drawn(number) for number in bands)) for _, _, _, _, *bands in rows)),
        ),
    )


def journeys(drafts: Sequence[Any], errors: Sequence[Any]) -> Chart:
    """How many journeys were begun and what became of them, and which fields are answered wrongly."""
    file = tuple(
        (journey, step, *(count(number) for number in (started, submitted, stopped)))
        for journey, step, started, submitted, _, _, stopped in drafts
    )
    totals = [row for row in drafts if not row[1]]
    return Chart(
        "journeys",
        "Journey completion",
        "Journeys begun in the range: how many were submitted, and how many were not, by the page they stopped at or "
        "stand at. A line without a page counts the whole journey. Answers that were refused are counted by field.",
        (
            Table(
                "journeys",
                "Journeys by page",
                ("journey", "step", "started", "submitted", "stopped"),
                ("Journey", "Page", "Started", "Submitted", "Stopped"),
                file,
            ),
            Table(
                "field-errors",
                "Refused answers by field",
                ("field", "errors"),
                ("Field", "Refused"),
                tuple((name, count(number)) for name, number in errors),
            ),
        ),
        labels=tuple(row[0].replace("_", " ").replace("-", " ").capitalize() for row in totals),
        series=(
            Series("Submitted", tuple(drawn(row[3]) for row in totals)),
            Series("Stopped", tuple(drawn(row[6]) for row in totals)),
        ),
        findings=tuple(_ended(row) for row in totals if row[4] or row[5]),
    )


def _ended(row: Sequence[Any]) -> str:
    journey, _, _, _, expired, blocked, _ = row
    name = journey.replace("_", " ").replace("-", " ").capitalize()
    return f"{name}: {count(expired)} expired, {count(blocked)} came to a dead end"


USE = (
    ("schools", "Schools with a sign-in", ("schools",), ("Schools",)),
    ("sign-ins", "Sign-ins", ("method", "outcome", "number"), ("Method", "Outcome", "Number")),
    ("look-ups", "Look-ups by outcome", ("outcome", "number"), ("Outcome", "Number")),
    ("mails", "Mails by kind and state", ("kind", "state", "number"), ("Kind", "State", "Number")),
    ("satisfaction", "Satisfaction scores", ("score", "number"), ("Score, 5 is best", "Number")),
)


def use(measures: Sequence[Sequence[Sequence[Any]]]) -> Chart:
    """How the service was used: sign-ins, look-ups, mails, satisfaction."""
    tables = tuple(
        Table(slug, caption, columns, headings, tuple(_counted(row) for row in rows))
        for (slug, caption, columns, headings), rows in zip(USE, measures, strict=True)
    )
    scores = measures[-1]
    return Chart(
        "use",
        "Service use",
        "Schools somebody signed in for, sign-ins by method and outcome, look-ups by outcome (as long as they are "
        "kept), mails by kind and state, and satisfaction scores from feedback. The picture shows the scores.",
        tables,
        labels=tuple(f"Score {score}" for score, _ in scores),
        series=(Series("Opinions", tuple(drawn(number) for _, number in scores)),),
    )


def _counted(row: Iterable[Any]) -> tuple[str, ...]:
    *names, number = row
    return (*(titled(str(name)).replace("_", " ") for name in names), count(number))
