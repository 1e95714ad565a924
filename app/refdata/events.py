"""Events of reference-data loads and register runs (ADM-16.1, REF-3.2, REF-4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from app.events.record import Event, catalogued
from app.terms import Year
from app.training.periods import academic_year


@dataclass(frozen=True)
class _ReferenceDataEvent(Event):
    words: ClassVar[str] = ""
    what: str
    data_set: str
    version: str
    fields: Mapping[str, tuple[Any, Any]]

    def sentence(self) -> str:
        """Say what was changed."""
        return f"{self.words} {self.what}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the fields that the load changed."""
        return self.fields

    def metadata(self) -> dict[str, Any]:
        """Return which set the change came with."""
        return {"what": self.what, "data_set": self.data_set, "version": self.version}


@catalogued
@dataclass(frozen=True)
class ContractPeriodAdded(_ReferenceDataEvent):
    """REF-4.4."""

    kind = "contract_period_added"
    words = "Added the contract period"


@catalogued
@dataclass(frozen=True)
class ContractPeriodUpdated(_ReferenceDataEvent):
    """REF-4.4."""

    kind = "contract_period_updated"
    words = "Changed the contract period"


@dataclass(frozen=True)
class ContractPeriodTurned(Event):
    """What the calendar alone does to an academic year (REF-4.6)."""

    words: ClassVar[str] = ""
    year: int
    on: date

    def sentence(self) -> str:
        """Say which year, and on which day."""
        return f"{self.words} {academic_year(Year(self.year))} on {self.on.day} {self.on:%B %Y}"


@catalogued
@dataclass(frozen=True)
class ContractPeriodRemoved(_ReferenceDataEvent):
    """ADM-10.1."""

    kind = "contract_period_removed"
    words = "Removed the contract period"


@catalogued
@dataclass(frozen=True)
class ContractPeriodOpened(ContractPeriodTurned):
    """Schools can register people who start in it."""

    kind = "contract_period_opened"
    words = "Registration opened for"


@catalogued
@dataclass(frozen=True)
class ContractPeriodFrozen(ContractPeriodTurned):
    """Its payments have ended; people go on in its successor."""

    kind = "contract_period_frozen"
    words = "Payments froze for"


@catalogued
@dataclass(frozen=True)
class RegistrationClosureAdded(_ReferenceDataEvent):
    """REF-4.4."""

    kind = "registration_closure_added"
    words = "Added the registration closure"


@catalogued
@dataclass(frozen=True)
class RegistrationClosureUpdated(_ReferenceDataEvent):
    """REF-4.4."""

    kind = "registration_closure_updated"
    words = "Changed the registration closure"


@catalogued
@dataclass(frozen=True)
class RegistrationClosureRemoved(_ReferenceDataEvent):
    """ADM-10.1."""

    kind = "registration_closure_removed"
    words = "Removed the registration closure"


@catalogued
@dataclass(frozen=True)
class ScheduleAdded(_ReferenceDataEvent):
    """REF-4.4."""

    kind = "schedule_added"
    words = "Added the schedule"


@catalogued
@dataclass(frozen=True)
class ScheduleDeleted(_ReferenceDataEvent):
    """ADM-10.1."""

    kind = "schedule_deleted"
    words = "Deleted the schedule"


@catalogued
@dataclass(frozen=True)
class MilestoneAdded(_ReferenceDataEvent):
    """REF-4.4."""

    kind = "milestone_added"
    words = "Added the milestone"


@catalogued
@dataclass(frozen=True)
class MilestoneUpdated(_ReferenceDataEvent):
    """REF-4.4."""

    kind = "milestone_updated"
    words = "Changed the milestone"


@catalogued
@dataclass(frozen=True)
class MilestoneDeleted(_ReferenceDataEvent):
    """ADM-10.1."""

    kind = "milestone_deleted"
    words = "Deleted the milestone"


@catalogued
@dataclass(frozen=True)
class LeadProviderCreated(_ReferenceDataEvent):
    """REF-4.4."""

    kind = "lead_provider_created"
    words = "Added the lead provider"


@catalogued
@dataclass(frozen=True)
class LeadProviderUpdated(_ReferenceDataEvent):
    """REF-4.4."""

    kind = "lead_provider_updated"
    words = "Changed the lead provider"


@catalogued
@dataclass(frozen=True)
class LeadProviderContractAdded(_ReferenceDataEvent):
    """REF-4.4."""

    kind = "lead_provider_contract_added"
    words = "Added the contract"


@catalogued
@dataclass(frozen=True)
class LeadProviderContractRemoved(_ReferenceDataEvent):
    """REF-4.3, with `--prune`."""

    kind = "lead_provider_contract_removed"
    words = "Removed the contract"


@catalogued
@dataclass(frozen=True)
class DeliveryPartnerCreated(_ReferenceDataEvent):
    """REF-4.4."""

    kind = "delivery_partner_created"
    words = "Added the delivery partner"


@catalogued
@dataclass(frozen=True)
class DeliveryPartnerNameChanged(_ReferenceDataEvent):
    """REF-4.4."""

    kind = "delivery_partner_name_changed"
    words = "Renamed the delivery partner"


@catalogued
@dataclass(frozen=True)
class ProviderPairingAdded(_ReferenceDataEvent):
    """REF-4.4."""

    kind = "provider_pairing_added"
    words = "Added the pairing"


@catalogued
@dataclass(frozen=True)
class ProviderPairingRemoved(_ReferenceDataEvent):
    """REF-4.3, with `--prune`."""

    kind = "provider_pairing_removed"
    words = "Removed the pairing"


@catalogued
@dataclass(frozen=True)
class AppropriateBodyCreated(_ReferenceDataEvent):
    """REF-4.4."""

    kind = "appropriate_body_created"
    words = "Added the appropriate body"


@catalogued
@dataclass(frozen=True)
class AppropriateBodyUpdated(_ReferenceDataEvent):
    """REF-4.4."""

    kind = "appropriate_body_updated"
    words = "Changed the appropriate body"


@catalogued
@dataclass(frozen=True)
class ReferenceDataLoaded(Event):
    """The load's own event: one each run, whether or not it changed anything."""

    kind = "reference_data_loaded"
    data_set: str
    version: str
    counts: Mapping[str, int]

    def sentence(self) -> str:
        """Say which set was loaded."""
        return f"Loaded the reference-data set {self.data_set}, version {self.version}"


@dataclass(frozen=True)
class _ImportRunEvent(Event):
    source: str
    counts: Mapping[str, int]


@catalogued
@dataclass(frozen=True)
class ImportRunFinished(_ImportRunEvent):
    """The run's own event; it also stands for the schools of a first load, of links and of absence marks."""

    kind = "import_run_finished"

    def sentence(self) -> str:
        """Say which file was applied."""
        return f"Applied the school register of {self.source}"


@catalogued
@dataclass(frozen=True)
class ImportRunForced(_ImportRunEvent):
    """A run that a safety rule would have refused (REF-2.8)."""

    kind = "import_run_forced"
    overridden: str

    def sentence(self) -> str:
        """Say which file was applied although a safety rule warned."""
        return f"Applied the school register of {self.source} against a safety rule"


@catalogued
@dataclass(frozen=True)
class ImportRunRefused(_ImportRunEvent):
    """A run that a safety rule refused; nothing else was written (REF-2.8)."""

    kind = "import_run_refused"
    reason: str

    def sentence(self) -> str:
        """Say why nothing was applied."""
        return f"Refused the school register of {self.source}: {self.reason}"


@catalogued
@dataclass(frozen=True)
class ImportRunAsked(Event):
    """A member of staff brought files in to be tried out, or had them applied (ADM-13.3)."""

    kind = "import_run_asked"
    source: str
    what: str
    override: str

    def sentence(self) -> str:
        """Say for what, and which safety rule was set aside."""
        return f"Asked for {self.what} of {self.source}{f' with {self.override}' if self.override else ''}"


@catalogued
@dataclass(frozen=True)
class SchoolDetailsChanged(Event):
    """What the register says about a school changed; email addresses are kept as "changed" (REF-3.2)."""

    kind = "school_details_changed"
    fields: Mapping[str, tuple[Any, Any]]

    def sentence(self) -> str:
        """Say that details changed, without naming them."""
        return "The school register changed the school's details"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return old and new values."""
        return self.fields

    def metadata(self) -> dict[str, Any]:
        """Return nothing more."""
        return {}


@catalogued
@dataclass(frozen=True)
class HistoryLoaded(Event):
    """Facts that only migrated data has were loaded, outside production (contract, section 1)."""

    kind = "history_loaded"
    file: str
    counts: Mapping[str, int]

    def sentence(self) -> str:
        """Say from which file."""
        return f"Loaded facts of former years from {self.file}"
