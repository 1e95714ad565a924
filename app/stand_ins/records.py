"""How the `trs` stand-in writes a person: the whole wire contract, not only what the service reads (EXT-2.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias
from uuid import NAMESPACE_URL, UUID, uuid5

from app.stand_ins.people import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from app.stand_ins.people import Alert, Held, Induction, Person

Json: TypeAlias = dict[str, object]

_NAMES = {category_id: name.replace("_", " ").capitalize() for name, category_id in CATEGORIES.items()}


def as_person(person: Person, sections: Collection[str]) -> Json:
    """Write a person as `GET /v3/persons/{trn}` does; sections not asked for are absent (EXT-2.11)."""
    written: Json = {
        **_names(person),
        "dateOfBirth": _day(person.date_of_birth),
        "nationalInsuranceNumber": person.national_insurance_number,
        "emailAddress": person.email_address,
        "qts": _held(person.qts, "QualifiedTeacherStatus"),
        "eyts": _held(person.eyts, "EarlyYearsTeacherStatus"),
        "qtlsStatus": person.qtls_status,
    }
    included = {
        "Induction": ("induction", _induction(person.induction)),
        "Alerts": ("alerts", _alerts(person)),
        "PreviousNames": ("previousNames", _previous_names(person)),
    }
    return written | dict(section for name, section in included.items() if name in sections)


def as_result(person: Person) -> Json:
    """Write a person as one result of `POST /v3/persons/find` (EXT-2.9)."""
    return {
        **_names(person),
        "dateOfBirth": _day(person.date_of_birth),
        "previousNames": _previous_names(person),
        "qts": _held(person.qts, "QualifiedTeacherStatus"),
        "eyts": _held(person.eyts, "EarlyYearsTeacherStatus"),
        "alerts": _alerts(person),
        "induction": _induction(person.induction),
        "qtlsStatus": person.qtls_status,
    }


def _names(person: Person) -> Json:
    return {
        "trn": person.trn,
        "firstName": person.first_name,
        "middleName": person.middle_name,
        "lastName": person.last_name,
    }


def _previous_names(person: Person) -> list[Json]:
    return [
        {"firstName": name.first_name, "middleName": name.middle_name, "lastName": name.last_name}
        for name in person.previous_names
    ]


def _held(held: Held | None, kind: str) -> Json | None:
    if held is None:
        return None
    routes = [
        {"routeToProfessionalStatusTypeId": _id("route", name), "name": name, "professionalStatusType": kind}
        for name in held.routes
    ]
    return {
        "holdsFrom": _day(held.holds_from),
        "routes": [{"routeToProfessionalStatusType": route} for route in routes],
    }


def _induction(induction: Induction) -> Json:
    return {
        "status": induction.status,
        "startDate": _day(induction.start_date),
        "completedDate": _day(induction.completed_date),
        "exemptionReasons": [
            {"inductionExemptionReasonId": _id("exemption", name), "name": name} for name in induction.exemption_reasons
        ],
    }


def _alerts(person: Person) -> list[Json]:
    return [_alert(alert, f"{person.trn}/{number}") for number, alert in enumerate(person.alerts)]


def _alert(alert: Alert, key: str) -> Json:
    category = _NAMES.get(alert.category, "Other")
    name = alert.type or category
    return {
        "alertId": _id("alert", key),
        "alertType": {
            "alertTypeId": _id("alert type", name),
            "name": name,
            "alertCategory": {"alertCategoryId": str(alert.category), "name": category},
        },
        "details": alert.details,
        "startDate": _day(alert.start_date),
        "endDate": alert.end_date,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _id(kind: str, key: str) -> str:
    """Derive an id from the record's key: the same at every start (EXT-6.4)."""
    made: UUID = uuid5(NAMESPACE_URL, f"stand-in/trs/{kind}/{key}")
    return str(made)
