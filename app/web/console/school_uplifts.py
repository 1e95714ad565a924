"""The flags of one school by year; they come in files alone (ADM-10.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get

from app.console.uplifts import Uplifts, uplifts_of
from app.refdata.change_records import LastLoad, last_loads
from app.refdata.records import SCHOOL_UPLIFTS
from app.web.console.reference_data import PATH
from app.web.forms import read_query
from app.web.page import page
from app.web.policies import staff_page

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_URN = 7


@dataclass(frozen=True)
class UpliftsPage:
    """The school asked for and its flags."""

    values: Mapping[str, str]
    name: str
    flags: tuple[Uplifts, ...]
    last: LastLoad | None


@get(f"{PATH}/school-uplifts", opt=staff_page(nav="reference-data"))
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the flags of the school whose URN is asked for."""
    urn = read_query(request).get("urn", "").strip()[:LONGEST_URN]
    name, flags = await uplifts_of(urn)
    last = (await last_loads(SCHOOL_UPLIFTS.name)).get(SCHOOL_UPLIFTS.name)
    return page(request, "console/school-uplifts.html", UpliftsPage({"urn": urn}, name, flags, last))


HANDLERS = [show]
