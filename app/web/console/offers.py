"""What a member of staff who asks can put right, as links to its forms (ADM-1.1, ADM-6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from app.web.console.asking import may
from app.web.console.places import form_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Request

    from app.web.console.fixes import Fix

S = TypeVar("S")


def offered_below(
    request: Request[Any, Any, Any], role: str, fixes: Mapping[str, Fix[S, Any]], subject: S, forms: str
) -> tuple[tuple[str, str], ...]:
    """Return address and title of what whoever asks can change, if they have the role that it takes (ADM-1.1).

    forms: the address below which the forms are.
    """
    if not may(request, role):
        return ()
    return tuple((f"{forms}/{fix.slug}", fix.title) for fix in fixes.values() if not fix.possible(subject))


def offered(
    request: Request[Any, Any, Any], fixes: Mapping[str, Fix[S, Any]], subject: S, path: str, back: str = ""
) -> tuple[tuple[str, str], ...]:
    """Return address and title of what the member of staff who asks can put right here (ADM-1.1, ADM-6.1).

    path: of the subject; back: the page that leads there, if it is another.
    """
    found = offered_below(request, "support", fixes, subject, f"{path}/fixes")
    return tuple((form_address(form, back or path, path), title) for form, title in found)


def offered_on(  # noqa: PLR0917 - what an offer depends on
    request: Request[Any, Any, Any],
    fixes: Mapping[str, Fix[S, Any]],
    subject: S,
    path: str,
    back: str,
    record: str,
) -> tuple[tuple[str, str], ...]:
    """Return address and title of what can be put right about one record of a subject, from its card (ADM-6.1)."""
    if not may(request, "support"):
        return ()
    return tuple(
        (f"{path}/fixes/{fix.slug}?{urlencode({fix.record_field: record, 'from': back})}", fix.title)
        for fix in fixes.values()
        if fix.record_field and record in fix.records(subject) and not fix.possible(subject)
    )
