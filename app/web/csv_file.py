"""Files of comma-separated values that any spreadsheet opens, and none takes for formulas (EX-01, EX-03, SEC-10)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from litestar import Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: str) -> str:
    """Return a value that is never taken for a formula."""
    return f"'{value}" if value.startswith(FORMULA) else value


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return the text of a file: every value quoted, lines ended by CRLF (RFC 4180)."""
    made = io.StringIO(newline="")
    writer = csv.writer(made, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    return BYTE_ORDER_MARK + made.getvalue()


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Response[bytes]:
    """Return a file to be saved under a name of ours; it is never cached."""
    return Response(
        csv_text(header, rows).encode(),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
