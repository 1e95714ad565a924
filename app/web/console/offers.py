"""What a member of staff who asks can put right, as links to its forms (ADM-1.1, ADM-6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from app.web.console.asking import staff_of
from app.web.console.fixes import form_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Request

    from app.web.console.fixes import Fix

S = TypeVar("S")


def offered(
    request: Request[Any, Any, Any], fixes: Mapping[str, Fix[S, Any]], subject: S, path: str, back: str = ""
) -> tuple[tuple[str, str], ...]:
    """Return address and title of what the member of staff who asks can put right here (ADM-1.1, ADM-6.1).

    path: of the subject; back: the page that leads there, if it is another.
    """
    if "support" not in staff_of(request).staff_roles:
        return ()
    possible = (fix for fix in fixes.values() if not fix.possible(subject))
    return tuple((form_address(f"{path}/fixes/{fix.slug}", back or path, path), fix.title) for fix in possible)


def offered_on(  # noqa: PLR0917 - what an offer depends on
    request: Request[Any, Any, Any],
    fixes: Mapping[str, Fix[S, Any]],
    subject: S,
    path: str,
    back: str,
    record: str,
) -> tuple[tuple[str, str], ...]:
    """Return address and title of what can be put right about one record of a subject, from its card (ADM-6.1)."""
    if "support" not in staff_of(request).staff_roles:
        return ()
    return tuple(
        (f"{path}/fixes/{fix.slug}?{urlencode({fix.record_field: record, 'from': back})}", fix.title)
        for fix in fixes.values()
        if fix.record_field and record in fix.records(subject) and not fix.possible(subject)
    )
