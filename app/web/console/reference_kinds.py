"""The kinds of reference data as the console shows and asks for them: each declared once (ADM-10.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from app.refdata.change_records import NO_VALUE
from app.refdata.export import cells_of
from app.refdata.records import (
    APPROPRIATE_BODIES,
    CONTRACT_PERIODS,
    CONTRACTS,
    DELIVERY_PARTNERS,
    IN_ORDER,
    LEAD_PROVIDERS,
    MILESTONES,
    PAIRINGS,
    REGISTRATION_CLOSURES,
    SCHEDULES,
)
from app.terms import AppropriateBodyType, ScheduleIdentifier, SchoolKind, Year
from app.training.periods import academic_year
from app.values import Invalid, closure_message, parse_optional_date, typed_date
from app.web.console.fixes import Field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.refdata.dataset import Stored
    from app.refdata.records import Format, Key
    from app.values import Form

FLAGS = {"yes": "Yes", "no": "No"}
DAY: Final = "date"
LISTS = {"textarea", "checkboxes"}
ACCEPTED = "accepted"
"""The tick for a change that leaves people outside; no column."""
TEXT = "message"
"""The one long text that is no list."""
KEY_HINT = "2 to 60 small letters, digits and hyphens. Files name it by this, and it cannot change"


@dataclass(frozen=True)
class Kind:
    """One kind: its file, its words, and how each column is asked for, in the order of the form."""

    form: Format
    slug: str
    title: str
    one: str
    fields: tuple[Field, ...]
    listed: tuple[str, ...]
    """Columns of the list; the first one leads to the page of the row."""
    removable: bool = False
    changeable: bool = True

    @property
    def key(self) -> tuple[str, ...]:
        """Return the columns that identify a row."""
        return self.form.key

    def asked(self, *, new: bool) -> tuple[Field, ...]:
        """Return the fields of the form: what identifies a row never changes, and a new one has no people."""
        left_out = {ACCEPTED} if new else set(self.key)
        return tuple(field for field in self.fields if field.name not in left_out)


def _text(name: str, label: str, hint: str = "", width: str = "") -> Field:
    return Field(name, label, "text", hint, width)


NAME, KEY = Field("name", "Name", "name"), _text("key", "Key", KEY_HINT, "20")
YEAR = Field("year", "Academic year", "select")
PROVIDER, PARTNER = Field("lead_provider", "Lead provider", "select"), Field("delivery_partner", "Partner", "select")
KINDS = (
    Kind(
        CONTRACT_PERIODS,
        "contract-periods",
        "Contract periods",
        "contract period",
        (
            _text("year", "Calendar year in which it starts", width="4"),
            Field("started_on", "First day", DAY),
            Field("finished_on", "Last day", DAY),
            Field("registration_opens_on", "Schools can register from", DAY, "Empty while that is not decided"),
            Field("payments_frozen_on", "Payments freeze on", DAY, "Needs the year and the schedule that follow"),
            Field("successor_year", "After the freeze people go on in", "select"),
            Field("successor_schedule_identifier", "They go on in the schedule", "select"),
            Field("mentor_funding_enabled", "Is training of mentors funded?", "radios"),
            Field("uplift_fees", "Do the pupil premium and sparsity flags of schools count in it?", "radios"),
            Field("allow_gap", "May there be days between it and the next year?", "radios"),
        ),
        ("year", "started_on", "finished_on", "registration_opens_on", "payments_frozen_on"),
        removable=True,
    ),
    Kind(
        REGISTRATION_CLOSURES,
        "registration-closures",
        "Registration closures",
        "registration closure",
        (
            KEY,
            Field("starts_on", "First day", DAY),
            Field("ends_on", "Last day", DAY),
            Field("message", "What schools are told", "textarea", "May hold {starts_on}, {ends_on} and {reopens_on}"),
        ),
        ("key", "starts_on", "ends_on", "message"),
        removable=True,
    ),
    Kind(
        SCHEDULES,
        "schedules",
        "Schedules",
        "schedule",
        (YEAR, Field("identifier", "Schedule", "select")),
        ("identifier", "year"),
        removable=True,
        changeable=False,
    ),
    Kind(
        MILESTONES,
        "milestones",
        "Milestones",
        "milestone",
        (
            YEAR,
            Field("schedule", "Schedule", "select"),
            Field("declaration", "Declaration", "select"),
            Field("opens_on", "First day", DAY),
            Field("closes_on", "Last day", DAY, "Empty for no end"),
        ),
        ("declaration", "schedule", "year", "opens_on", "closes_on"),
        removable=True,
    ),
    Kind(
        LEAD_PROVIDERS,
        "lead-providers",
        "Lead providers",
        "lead provider",
        (KEY, NAME, Field("notification_emails", "Addresses that mail goes to", "textarea", "One a line")),
        ("name", "key", "notification_emails"),
    ),
    Kind(
        CONTRACTS,
        "contracts",
        "Contracts of lead providers",
        "contract",
        (PROVIDER, YEAR),
        ("lead_provider", "year"),
        removable=True,
        changeable=False,
    ),
    Kind(
        DELIVERY_PARTNERS,
        "delivery-partners",
        "Delivery partners",
        "delivery partner",
        (KEY, NAME),
        ("name", "key"),
    ),
    Kind(
        PAIRINGS,
        "pairings",
        "Pairings of delivery partners",
        "pairing",
        (PROVIDER, PARTNER, YEAR),
        ("delivery_partner", "lead_provider", "year"),
        removable=True,
        changeable=False,
    ),
    Kind(
        APPROPRIATE_BODIES,
        "appropriate-bodies",
        "Appropriate bodies",
        "appropriate body",
        (
            KEY,
            NAME,
            Field("type", "Type", "radios"),
            Field("allowed_school_kinds", "Kinds of school that may choose it", "checkboxes"),
            Field("active_from", "First day", DAY, "Empty for always"),
            Field("active_to", "Last day", DAY, "Empty for no end"),
            _text("region", "Region"),
            Field("districts", "Districts", "textarea", "One a line"),
            Field("contact_email", "Contact email address", "email"),
            _text("contact_url", "Web address"),
            _text("dfe_sign_in_organisation_id", "Organisation at DfE Sign-in"),
            Field(ACCEPTED, "If ECTs start after its last day", "checkboxes", "Only asked when there are any"),
        ),
        ("name", "type", "active_from", "active_to"),
    ),
)
BY_SLUG: Mapping[str, Kind] = {kind.slug: kind for kind in KINDS}


def choices_of(kind: Kind, stored: Stored) -> Mapping[str, Mapping[str, str]]:
    """Return what can be chosen in the fields of a form: value -> words."""
    years = {str(year): academic_year(Year(year)) for (year,) in sorted(stored[CONTRACT_PERIODS.name], reverse=True)}
    schedules = {identifier.value: identifier.value for identifier in ScheduleIdentifier}
    every: dict[str, Mapping[str, str]] = {
        **dict.fromkeys(("mentor_funding_enabled", "uplift_fees", "allow_gap"), FLAGS),
        "successor_year": years,
        "successor_schedule_identifier": schedules,
        "identifier": schedules,
        "schedule": schedules,
        "declaration": {word: word for word in IN_ORDER},
        "lead_provider": _names(stored, LEAD_PROVIDERS),
        "delivery_partner": _names(stored, DELIVERY_PARTNERS),
        "type": {each.value: each.words[:1].upper() + each.words[1:] for each in AppropriateBodyType},
        "allowed_school_kinds": {each.value: each.words[:1].upper() + each.words[1:] for each in SchoolKind},
        ACCEPTED: {"yes": "Change it although they are left outside"},
    }
    if kind.form is not CONTRACT_PERIODS:
        every["year"] = years
    return {field.name: every[field.name] for field in kind.fields if field.name in every}


def _names(stored: Stored, form: Format) -> dict[str, str]:
    rows = sorted(stored.get(form.name, {}).values(), key=lambda row: row.name.casefold())
    return {row.key: row.name for row in rows}


def shown(kind: Kind, row: Any, choices: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return each column of a row in words; what is not given is empty."""
    cells, found = cells_of(kind.form, row), dict[str, str]()
    for field in kind.fields:
        value = cells.get(field.name, "")
        parts = [choices.get(field.name, {}).get(part, part) for part in value.split(";")] if value else []
        stored_value = getattr(row, field.name, None)
        if field.kind == DAY and stored_value is not None:
            found[field.name] = f"{stored_value.day} {stored_value:%B %Y}"
        elif kind.form is REGISTRATION_CLOSURES and field.name == TEXT:
            found[field.name] = closure_message(row.message, row.starts_on, row.ends_on)
        else:
            found[field.name] = value if field.kind == "text" or field.name == TEXT else ", ".join(parts)
    return found


def typed_from(kind: Kind, row: Any) -> dict[str, str]:
    """Return a row as its form shows it."""
    cells, typed = cells_of(kind.form, row), dict[str, str]()
    for field in kind.fields:
        value = cells.get(field.name, "")
        if field.kind == DAY:
            typed |= typed_date(field.name, date.fromisoformat(value)) if value else {}
        else:
            typed[field.name] = value.replace(";", "\n") if field.kind in LISTS and field.name != TEXT else value
    return typed


def cells_typed(kind: Kind, form: Form, key: Key | None) -> dict[str, str]:
    """Return what was typed as the cells of a file; raises Invalid for a day that there is not."""
    cells, errors = dict[str, str](), dict[str, str]()
    identified = {name: str(part) for name, part in zip(kind.key, key or (), strict=False)}
    for field in kind.asked(new=key is None):
        try:
            cells[field.name] = _cell(field, form)
        except Invalid as invalid:
            errors |= invalid.errors
    if not any(cells.values()):
        needed = {column.name for column in kind.form.columns if column.required} & set(cells)
        errors = fields_of(kind, dict.fromkeys(sorted(needed, key=list(cells).index), NO_VALUE)) | errors
    if errors:
        raise Invalid(errors)
    return {**identified, **cells}


def _asked_for(field: Field) -> str:
    """Say what is missing."""
    what = field.label[:1].lower() + field.label[1:]
    if field.label.endswith("?"):
        return f"Answer the question “{field.label}”"
    verb = "Enter" if field.kind not in {"select", "radios", "checkboxes"} else "Select"
    return f"{verb} {what}" if what.startswith("what ") else f"{verb} the {what}"


def _cell(field: Field, form: Form) -> str:
    if field.kind == DAY:
        day = parse_optional_date(form, field.name, what=field.label[:1].lower() + field.label[1:])
        return day.isoformat() if day else ""
    typed = form.get(field.name, "")
    if field.kind in LISTS and field.name != TEXT:
        return ";".join(line.strip() for line in typed.splitlines() if line.strip())
    return " ".join(typed.split())


def _plain(kind: Kind, column: str, message: str) -> str:
    """Return what is wrong with a column in the words of its form."""
    field = next((each for each in kind.fields if each.name == column), None)
    if field and message == NO_VALUE:
        return _asked_for(field)
    if column in {"type", "allowed_school_kinds"}:
        for word in (*AppropriateBodyType, *SchoolKind):
            message = message.replace(word.value, word.words)
        message = message.replace(";", ", ")
    return message[:1].upper() + message[1:]


def fields_of(kind: Kind, errors: Mapping[str, str]) -> dict[str, str]:
    """Return errors of columns as errors of the fields that ask for them."""
    days = {field.name for field in kind.fields if field.kind == DAY}
    known = {field.name for field in kind.fields}
    found = {}
    for column, message in errors.items():
        field = f"{column}_day" if column in days else column if column in known else "note"
        found[field] = _plain(kind, column, message)
    return found
