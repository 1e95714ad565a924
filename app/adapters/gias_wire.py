"""The wire form of the extract service: the SOAP request, and the zip file in its answer of several parts (EXT-4.2)."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from app import clock
from app.schools.gias import Refused

if TYPE_CHECKING:
    from pathlib import Path

NAMESPACE = "http://ws.edubase.texunatech.com"
EXTRACT = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{NAMESPACE}/GetExtract"'}
SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
PLAIN = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"
VALID_FOR = timedelta(minutes=5)
LARGEST_ANSWER = 100_000_000
"""Bytes of an answer that is read into memory; a day's zip file has about a tenth of it."""
LONGEST_REASON = 200
_FAULT = re.compile(rb"<(?:[\w-]+:)?Fault[\s>].*?<faultstring[^>]*>(.*?)</faultstring>", re.DOTALL)


@dataclass(frozen=True)
class ExtractLogin:
    """Which extract, and who asks for it."""

    extract_id: str
    user: str = field(repr=False)
    password: str = field(repr=False)


def envelope(login: ExtractLogin) -> bytes:
    """Return the request; its time stamp follows the machine's clock (EXT-1.7)."""
    created = clock.machine_now().replace(microsecond=0)
    expires = created + VALID_FOR
    return f"""<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:ws="{NAMESPACE}">
<soap:Header><wsse:Security xmlns:wsse="{SECURITY}" xmlns:wsu="{UTILITY}" soap:mustUnderstand="1">
<wsu:Timestamp><wsu:Created>{created:%Y-%m-%dT%H:%M:%SZ}</wsu:Created>\
<wsu:Expires>{expires:%Y-%m-%dT%H:%M:%SZ}</wsu:Expires></wsu:Timestamp>
<wsse:UsernameToken><wsse:Username>{escape(login.user)}</wsse:Username>\
<wsse:Password Type="{PLAIN}">{escape(login.password)}</wsse:Password></wsse:UsernameToken>
</wsse:Security></soap:Header>
<soap:Body><ws:GetExtract><ws:Id>{escape(login.extract_id)}</ws:Id></ws:GetExtract></soap:Body>
</soap:Envelope>""".encode()


def read_extract(answer: Path, content_type: str, archive: Path) -> bool | Refused:
    """Write the zip file of an answer to `archive` and delete the answer; False when it has no whole zip file."""
    if answer.stat().st_size > LARGEST_ANSWER:
        return False
    body = answer.read_bytes()
    answer.unlink()
    fault = _FAULT.search(body[:LARGEST_ANSWER]) if b"Fault" in body[:20_000] else None
    if fault:
        return Refused(_printable(fault[1]))
    if not content_type.lower().startswith("multipart/"):
        return False
    parts = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body, policy=policy.HTTP)
    for part in parts.walk():
        if part.get_content_type() == "application/octet-stream":
            content = part.get_payload(decode=True)
            archive.write_bytes(content if isinstance(content, bytes) else b"")
            return zipfile.is_zipfile(archive)
    return False


def _printable(reason: bytes) -> str:
    text = "".join(char if char.isprintable() else " " for char in reason.decode("utf-8", "replace"))
    return " ".join(text.split())[:LONGEST_REASON] or "a fault without a reason"
