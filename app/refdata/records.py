"""The rows of a reference-data set as read from files and as stored, and the columns of each file (REF-4.4 table)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from app.refdata import kinds
from app.terms import AppropriateBodyType, ScheduleIdentifier, SchoolKind

if TYPE_CHECKING:
    from collections.abc import Callable

Key = tuple[Any, ...]

IN_ORDER = ("started", *(f"retained-{n}" for n in (1, 2, 3, 4)), *(f"extended-{n}" for n in (1, 2, 3)), "completed")
NAME_LENGTH = 120


@dataclass(frozen=True)
class DataSet:
    """What the set calls itself."""

    name: str
    version: str
    source: str
    published_on: date
    format: str


@dataclass(frozen=True)
class ContractPeriod:
    """`allow_gap` belongs to the file alone; for a stored row it tells whether a gap already follows."""

    year: int
    started_on: date
    finished_on: date
    registration_opens_on: date | None
    payments_frozen_on: date | None
    successor_year: int | None
    successor_schedule_identifier: str | None
    mentor_funding_enabled: bool
    uplift_fees: bool
    allow_gap: bool = field(compare=False)


@dataclass(frozen=True)
class RegistrationClosure:
    """Days on which schools can't register anybody."""

    key: str
    starts_on: date
    ends_on: date
    message: str


@dataclass(frozen=True)
class Schedule:
    """A pattern of training in one academic year."""

    year: int
    identifier: str


@dataclass(frozen=True)
class Milestone:
    """When one declaration of a schedule may be made."""

    year: int
    schedule: str
    declaration: str
    opens_on: date
    closes_on: date | None


@dataclass(frozen=True)
class LeadProvider:
    """An organisation that trains."""

    key: str
    name: str
    notification_emails: tuple[str, ...]


@dataclass(frozen=True)
class Contract:
    """A lead provider is contracted in a year."""

    lead_provider: str
    year: int


@dataclass(frozen=True)
class DeliveryPartner:
    """An organisation that delivers training with a lead provider."""

    key: str
    name: str


@dataclass(frozen=True)
class Pairing:
    """A lead provider and a delivery partner work together in a year."""

    lead_provider: str
    delivery_partner: str
    year: int


@dataclass(frozen=True)
class Uplift:
    """The two uplift flags of a school in a year."""

    urn: str
    year: int
    pupil_premium: bool
    sparsity: bool


@dataclass(frozen=True)
class AppropriateBody:
    """An organisation that assures inductions."""

    key: str
    name: str
    type: str
    allowed_school_kinds: tuple[str, ...]
    active_from: date | None
    active_to: date | None
    region: str | None
    districts: tuple[str, ...]
    contact_email: str | None
    contact_url: str | None
    dfe_sign_in_organisation_id: str | None


@dataclass(frozen=True)
class Column:
    """One column of a file; a blank cell or, on a new row, a missing column gives the default."""

    name: str
    read: kinds.Kind
    required: bool = False
    default: Any = None
    is_email: bool = False


@dataclass(frozen=True)
class Format:
    """One file of the set: its rows, its columns and what identifies a row."""

    name: str
    row: Callable[..., Any]
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def file(self) -> str:
        """Return the file's name."""
        return f"{self.name}.csv"

    def key_of(self, row: Any) -> Key:
        """Return what identifies a row."""
        return tuple(getattr(row, name) for name in self.key)


def _required(name: str, kind: kinds.Kind) -> Column:
    return Column(name, kind, required=True)


_schedule = kinds.choice(ScheduleIdentifier, "SCHEDULE_UNKNOWN")
_name = _required("name", kinds.text(NAME_LENGTH))
_key = _required("key", kinds.key)
_year = _required("year", kinds.year)

DATA_SET = Format(
    "dataset",
    DataSet,
    (
        _required("name", kinds.text(NAME_LENGTH)),
        _required("version", kinds.text(NAME_LENGTH)),
        _required("source", kinds.text()),
        _required("published_on", kinds.day),
        _required("format", kinds.choice(["1"], "FORMAT_VERSION")),
    ),
    (),
)
CONTRACT_PERIODS = Format(
    "contract_periods",
    ContractPeriod,
    (
        _year,
        _required("started_on", kinds.day),
        _required("finished_on", kinds.day),
        Column("registration_opens_on", kinds.day),
        Column("payments_frozen_on", kinds.day),
        Column("successor_year", kinds.year),
        Column("successor_schedule_identifier", _schedule),
        _required("mentor_funding_enabled", kinds.flag),
        Column("uplift_fees", kinds.flag, default=False),
        Column("allow_gap", kinds.flag, default=False),
    ),
    ("year",),
)
REGISTRATION_CLOSURES = Format(
    "registration_closures",
    RegistrationClosure,
    (
        _key,
        _required("starts_on", kinds.day),
        _required("ends_on", kinds.day),
        _required("message", kinds.closure_message),
    ),
    ("key",),
)
SCHEDULES = Format("schedules", Schedule, (_year, _required("identifier", _schedule)), ("year", "identifier"))
MILESTONES = Format(
    "milestones",
    Milestone,
    (
        _year,
        _required("schedule", _schedule),
        _required("declaration", kinds.choice(IN_ORDER)),
        _required("opens_on", kinds.day),
        Column("closes_on", kinds.day),
    ),
    ("year", "schedule", "declaration"),
)
LEAD_PROVIDERS = Format(
    "lead_providers",
    LeadProvider,
    (_key, _name, Column("notification_emails", kinds.items(kinds.email), default=(), is_email=True)),
    ("key",),
)
CONTRACTS = Format(
    "lead_provider_contracts", Contract, (_required("lead_provider", kinds.key), _year), ("lead_provider", "year")
)
DELIVERY_PARTNERS = Format("delivery_partners", DeliveryPartner, (_key, _name), ("key",))
PAIRINGS = Format(
    "pairings",
    Pairing,
    (_required("lead_provider", kinds.key), _required("delivery_partner", kinds.key), _year),
    ("lead_provider", "delivery_partner", "year"),
)
SCHOOL_UPLIFTS = Format(
    "school_uplifts",
    Uplift,
    (
        _required("urn", kinds.urn),
        _year,
        _required("pupil_premium", kinds.flag),
        _required("sparsity", kinds.flag),
    ),
    ("urn", "year"),
)
APPROPRIATE_BODIES = Format(
    "appropriate_bodies",
    AppropriateBody,
    (
        _key,
        _name,
        _required("type", kinds.choice(AppropriateBodyType)),
        Column("allowed_school_kinds", kinds.items(kinds.choice(SchoolKind)), default=()),
        Column("active_from", kinds.day),
        Column("active_to", kinds.day),
        Column("region", kinds.text(NAME_LENGTH)),
        Column("districts", kinds.items(kinds.text(NAME_LENGTH)), default=()),
        Column("contact_email", kinds.email, is_email=True),
        Column("contact_url", kinds.web_address),
        Column("dfe_sign_in_organisation_id", kinds.text(NAME_LENGTH)),
    ),
    ("key",),
)

# In the order in which they can be written.
FORMATS = (
    CONTRACT_PERIODS,
    REGISTRATION_CLOSURES,
    SCHEDULES,
    MILESTONES,
    LEAD_PROVIDERS,
    CONTRACTS,
    DELIVERY_PARTNERS,
    PAIRINGS,
    SCHOOL_UPLIFTS,
    APPROPRIATE_BODIES,
)
