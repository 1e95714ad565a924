"""Who may take data about people along in a file, and the page that asks why (ADM-12.3)."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.web.console.asking import staff_of
from app.web.page import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Request, Response

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
    return any(role in staff_of(request).staff_roles for role in EXPORTERS)


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
