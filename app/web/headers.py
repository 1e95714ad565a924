"""The headers that every response carries, errors and files included (ACC-17)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from app.templating import CSP_SCRIPT_HASH

if TYPE_CHECKING:
    from collections.abc import Iterable

SWITCHED_OFF = ("camera", "microphone", "geolocation", "payment", "usb", "gyroscope", "accelerometer", "fullscreen")
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' '{CSP_SCRIPT_HASH}'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)
ALWAYS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": ", ".join(f"{name}=()" for name in SWITCHED_OFF),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "no-store",
}
"""What a response gets unless it says otherwise itself."""

INDEXED = ("/", "/guidance")

Header = tuple[bytes, bytes]


def completed(
    headers: Iterable[Header],
    path: str,
    *,
    request_id: str,
    allow_indexing: bool,
    issuer: str = "",
    revalidated: bool = False,
) -> list[Header]:
    """Return a response's headers with those it lacks; forms may lead to the issuer's origin (ACC-17.1, ACC-17.2).

    revalidated: programs may keep the answer and ask whether it still holds (API-5.5).
    """
    made = list(headers)
    present = {name.lower() for name, _ in made}
    if revalidated and b"cache-control" not in present:
        made.append((b"cache-control", b"private, no-cache"))
        present.add(b"cache-control")
    if allow_indexing and path in INDEXED:
        present.add(b"x-robots-tag")
    made += [header for header in _always(issuer) if header[0] not in present]
    made.append((b"x-request-id", request_id.encode()))
    return made


@cache
def _always(issuer: str) -> tuple[Header, ...]:
    forms = f"form-action 'self' {issuer}".rstrip()
    policy = CONTENT_SECURITY_POLICY.replace("form-action 'self'", forms)
    said = ALWAYS | {"content-security-policy": policy}
    return tuple((name.encode(), value.encode()) for name, value in said.items())
