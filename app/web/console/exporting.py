"""Who may take data about people along in a file, and the page that asks why (ADM-12.3)."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.console.export_data import ExportData, export_data
from app.console.reasons import parse_reason
from app.values import Invalid
from app.web.console.asking import address, may, staff_of
from app.web.csv_file import csv_file
from app.web.forms import read_form
from app.web.page import page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from litestar import Request, Response

    from app.events.record import About

EXPORTERS = ("support", "data")
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class ExportPage:
    """What is taken along; the form posts to its own address, with everything that was asked for there."""

    what: str
    back: str
    values: Mapping[str, str]
    errors: Mapping[str, str]


def may_export(request: Request[Any, Any, Any]) -> bool:
    """Tell whether whoever asks may take data about people along (ADM-12.3)."""
    return may(request, *EXPORTERS)


def file_address(path: str, query: Mapping[str, str], kept: tuple[str, ...]) -> str:
    """Return the address of the file of a list, with what was asked for kept."""
    return address(path, query, kept).rpartition("page=")[0].rstrip("?&")


async def export(
    request: Request[Any, Any, Any],
    what: str,
    back: str,
    about: About,
    make: Callable[[], Awaitable[tuple[str, Sequence[str], Sequence[Sequence[str]]]]],
) -> Response[Any]:
    """Answer a file with the reason on record, or the form again; make: reads its name, its head and its rows."""
    form = await read_form(request)
    try:
        reason = parse_reason(form)
    except Invalid as invalid:
        return export_form(request, what, back, form, invalid.errors)
    name, header, rows = await make()
    await export_data(ExportData(what, len(rows), reason, about), staff_of(request).actor)
    return csv_file(name, header, rows)


def export_form(
    request: Request[Any, Any, Any],
    what: str,
    back: str,
    values: Mapping[str, str] = _NOTHING,
    errors: Mapping[str, str] = _NOTHING,
) -> Response[str]:
    """Answer the page that asks why a file is wanted."""
    shown = ExportPage(what, back, values, errors)
    return page(request, "console/export.html", shown, status=422 if errors else 200)
