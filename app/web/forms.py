"""Reading what was posted: one value per field, with nothing in it that the database can't hold (TRP-7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl
from uuid import UUID

from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException

from app.values import clean

if TYPE_CHECKING:
    from collections.abc import Collection

    from litestar import Request

FIELDS = "fields"


async def read_form_lists(request: Request[Any, Any, Any]) -> dict[str, list[str]]:
    """Return every text field posted with all its values, read once; files are left out."""
    known: dict[str, list[str]] | None = request.scope["state"].get(FIELDS)
    if known is not None:
        return known
    fields = request.scope["state"][FIELDS] = dict[str, list[str]]()
    for name, value in await _posted(request):
        if isinstance(value, str):
            fields.setdefault(clean(name), []).append(clean(value))
    return fields


async def read_files(request: Request[Any, Any, Any]) -> dict[str, UploadFile]:
    """Return every file posted; of a repeated one the last counts."""
    return {name: value for name, value in await _posted(request) if isinstance(value, UploadFile)}


async def _posted(request: Request[Any, Any, Any]) -> list[tuple[str, Any]]:
    """Return fields and files as they were sent.

    Of forms without files the framework would keep the last thousand bodies in memory, dates of birth and all.
    """
    if request.content_type[0] == RequestEncodingType.URL_ENCODED:
        return list(parse_qsl((await request.body()).decode("latin-1"), keep_blank_values=True))
    return list((await request.form()).multi_items())


async def read_form(request: Request[Any, Any, Any], many: Collection[str] = ()) -> dict[str, str]:
    """Return every text field posted; of a repeated one the last value counts.

    many: fields whose values are all kept, one a line.
    """
    lists = await read_form_lists(request)
    return {name: "\n".join(values) if name in many else values[-1] for name, values in lists.items()}


def read_query(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Return the query of the address; of a repeated name the last value counts."""
    return {clean(name): clean(str(value)) for name, value in request.query_params.multi_items()}


def known_id(text: str) -> UUID:
    """Return the public id in an address; a malformed one is not found, like one of nobody's (GEN-05)."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundException from None
