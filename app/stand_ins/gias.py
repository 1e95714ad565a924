"""The stand-in for Get Information About Schools: extract service and dated downloads of one folder (EXT-6.11)."""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from pydantic import Field

from app import clock
from app.stand_ins import server
from app.stand_ins.faults import COMMON, Fault, Faults
from app.stand_ins.files import Mistakes, Part, Unreadable, check
from app.stand_ins.server import Said

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import date
    from pathlib import Path

    from app.stand_ins.server import Asked

SERVICE = "/edubase/service"
DOWNLOADS = "/edubase/downloads/public/"
USER = PASSWORD = "stand-in"  # noqa: S105 - known to everybody
EXTRACT_ID = "1"
KEPT_DAYS = 2
FILES = ("establishments.csv", "links.csv")
OWN = ("fault", "missing_file", "broken_zip", "half_rows", "missing_header", "bad_bytes")
BOUNDARY = "uuid:stand-in"
_DATED = re.compile(r"(links_)?edubasealldata([0-9]{8})\.csv")
_TAKEN_AS_USUAL = frozenset({*COMMON, *OWN})


class Register(Part):
    """The two files, as text of which each character is a byte."""

    establishments: str
    links: str = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\r\n"
    faults: list[Fault] = Field(default_factory=list)


def read_folder(folder: Path) -> dict[str, object]:
    """Return the content of a folder with `establishments.csv` and `links.csv`; raises Unreadable."""
    try:
        texts = [(folder / name).read_bytes().decode("latin-1") for name in FILES]
    except OSError as error:
        raise Unreadable(f"cannot read {' and '.join(FILES)} in {folder}: {error.strerror}") from None
    return dict(zip(("establishments", "links"), texts, strict=True))


class _Given(Part):
    faults: list[Fault]


P = TypeVar("P", bound=Part)


class GIAS:
    """Plays the register; `content` is what `read_folder` gives."""

    name = "gias"

    def __init__(self, content: object, as_of: date) -> None:
        self._as_of = as_of
        self._faults = Faults([])
        self.replace(content)

    @property
    def records(self) -> int:
        """Return how many lines of establishments it serves."""
        return max(0, self._register.establishments.count("\n") - 1)

    @property
    def content(self) -> object:
        """Return the two files."""
        return self._register.model_dump(exclude={"faults"})

    def replace(self, content: object) -> None:
        """Serve other files from now on; raises Mistakes."""
        self._register = _checked(Register, content)
        self._faults = Faults(self._register.faults)

    def faults(self) -> list[dict[str, object]]:
        """Return the faults in force."""
        return self._faults.listed()

    def set_faults(self, content: object) -> None:
        """Have these faults from now on; raises Mistakes."""
        faults = _checked(_Given, {"faults": content}).faults
        unknown = [fault.answer for fault in faults if fault.answer and fault.answer not in _TAKEN_AS_USUAL]
        if unknown:
            raise Mistakes([f"answer: {answer} is not an answer of this stand-in" for answer in unknown])
        self._faults = Faults(faults)

    def facts(self, asked: Asked) -> Mapping[str, frozenset[str]]:
        """Return what faults are matched on."""
        operation = "extract" if asked.path == SERVICE and asked.method == "POST" else "download"
        if asked.path == SERVICE and asked.method == "GET":
            operation = "wsdl"
        return {"operation": frozenset({operation}), "path": frozenset({asked.path})}

    def meet(self, facts: Mapping[str, frozenset[str]]) -> Fault | None:
        """Return the fault that a request with these facts meets."""
        return self._faults.meet(facts)

    def answer(self, asked: Asked, fault: Fault | None) -> Said:
        """Answer as the register would."""
        kind = fault.answer if fault else None
        if kind in {"unauthorised", "forbidden"}:
            status = HTTPStatus.UNAUTHORIZED if kind == "unauthorised" else HTTPStatus.FORBIDDEN
            return Said(status, content_type="")
        if kind == "rate_limited":
            wait = (("retry-after", str(fault.retry_after)),) if fault and fault.retry_after is not None else ()
            return Said(HTTPStatus.TOO_MANY_REQUESTS, content_type="", headers=wait)
        if asked.path == SERVICE:
            return self._extract(asked, kind) if asked.method == "POST" else Said(HTTPStatus.OK, WSDL, "text/xml")
        return self._download(asked, kind)

    def _download(self, asked: Asked, kind: str | None) -> Said:
        named = _DATED.fullmatch(asked.path.removeprefix(DOWNLOADS))
        if named is None or asked.method != "GET" or not asked.path.startswith(DOWNLOADS):
            return Said(HTTPStatus.NOT_FOUND, content_type="")
        days = {f"{self._as_of - timedelta(days=back):%Y%m%d}" for back in range(KEPT_DAYS + 1)}
        if kind == "missing_file":
            days.discard(f"{self._as_of:%Y%m%d}")
        if named[2] not in days:
            return Said(HTTPStatus.NOT_FOUND, content_type="")
        establishments, links = self._files(kind)
        return Said(HTTPStatus.OK, links if named[1] else establishments, "text/csv")

    def _extract(self, asked: Asked, kind: str | None) -> Said:
        body = asked.body.decode("utf-8", "replace")
        if kind == "fault" or not _logged_in(body):
            reason = "The extract could not be made" if kind == "fault" else "Authentication failed"
            return Said(HTTPStatus.INTERNAL_SERVER_ERROR, FAULT.format(reason).encode(), "text/xml; charset=utf-8")
        establishments, links = self._files(kind)
        members = {"ecf_tech.csv": establishments, "links.csv": links, "groups.csv": GROUPS, "groupLinks.csv": GROUPS}
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        zipped = made.getvalue()
        return _in_parts(zipped[: len(zipped) // 2] if kind == "broken_zip" else zipped)

    def _files(self, kind: str | None) -> tuple[bytes, bytes]:
        establishments = self._register.establishments.encode("latin-1")
        header, _, rows = establishments.partition(b"\n")
        if kind == "half_rows":
            lines = rows.splitlines(keepends=True)
            rows = b"".join(lines[: len(lines) // 2])
        if kind == "missing_header":
            header = header.replace(b"EstablishmentName", b"Renamed", 1)
        if kind == "bad_bytes":
            rows = rows.replace(b"School", b"Sch\x81\x8dl", 1)
        return header + b"\n" + rows, self._register.links.encode("latin-1")


GROUPS = b'"Group UID","Group Name"\r\n"1","A Trust"\r\n'
FAULT = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault>'
    "<faultcode>soap:Server</faultcode><faultstring>{}</faultstring></soap:Fault></soap:Body></soap:Envelope>"
)
WSDL = b"""<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"
 targetNamespace="http://ws.edubase.texunatech.com"><wsdl:portType name="EduBaseExtract">
<wsdl:operation name="GetExtract"/></wsdl:portType></wsdl:definitions>"""


def _logged_in(body: str) -> bool:
    said = {name: re.search(rf"<(?:\w+:)?{name}(?:\s[^>]*)?>([^<]*)<", body) for name in ("Username", "Password", "Id")}
    wanted = {"Username": USER, "Password": PASSWORD, "Id": EXTRACT_ID}
    return all(found is not None and found[1] == wanted[name] for name, found in said.items())


def _in_parts(zipped: bytes) -> Said:
    xml = (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><GetExtractResponse '
        'xmlns="http://ws.edubase.texunatech.com"><Extract><xop:Include '
        'xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:extract%2B1%40stand-in"/></Extract>'
        "</GetExtractResponse></soap:Body></soap:Envelope>"
    )
    body = b"".join(
        (
            f'--{BOUNDARY}\r\nContent-Type: application/xop+xml; charset=UTF-8; type="text/xml"\r\n'.encode(),
            b"Content-Transfer-Encoding: 8bit\r\nContent-ID: <root@stand-in>\r\n\r\n",
            xml.encode(),
            f"\r\n--{BOUNDARY}\r\nContent-Type: application/octet-stream\r\n".encode(),
            b"Content-Transfer-Encoding: binary\r\nContent-ID: <extract+1@stand-in>\r\n\r\n",
            zipped,
            f"\r\n--{BOUNDARY}--\r\n".encode(),
        )
    )
    kind = f'multipart/related; type="application/xop+xml"; start="<root@stand-in>"; boundary="{BOUNDARY}"'
    return Said(HTTPStatus.OK, body, kind)


def _checked(shape: type[P], content: object) -> P:
    read, mistakes = check(shape, content, clock.today())
    if not isinstance(read, shape):
        raise Mistakes(mistakes)
    return read


@contextlib.asynccontextmanager
async def running_stand_in(content: object, *, as_of: date | None = None, port: int = 0) -> AsyncIterator[str]:
    """Serve these files in the running event loop; gives the address. Raises Mistakes, OSError."""
    async with server.running(GIAS(content, as_of or clock.today()), port) as url:
        yield url
