"""The files browsers fetch: read once, renamed after their content, compressed, held in memory.

Owns how a style sheet or script is put together and what its address is. Must not know requests or pages.
A file that refers to another refers to its hashed address, so every one of them may be kept for ever.
"""

from __future__ import annotations

import gzip
import hashlib
import posixpath
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import brotli

from app.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DIRECTORY = Path(__file__).resolve().parent.parent / "static"
PREFIX = "/static/"
GOVUK = "vendor/govuk-frontend/"
BRAND_FILES = GOVUK + "assets/"
"""Crown and typeface, which only services on GOV.UK may show (GDS-18)."""

SYSTEM_FONTS = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif'
STYLE_SHEET = (
    GOVUK + "govuk-frontend.min.css",
    "vendor/accessible-autocomplete/accessible-autocomplete.min.css",
    "app.css",
)
"""What the one style sheet of every page, `app.css`, is made of."""

CONTENT_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
_COMPRESSED = {".css", ".js", ".svg"}
_SOURCE_MAP = re.compile(rb"^(//# |/\*# )sourceMappingURL=.*$", re.MULTILINE)
_FONT_FACE = re.compile(rb"(/\*! Copyright \(c\) 2011 by Margaret Calvert.*?\*/)?@font-face\{[^}]*\}", re.DOTALL)
_CSS_URL = re.compile(rb"url\(([\"']?)(?!data:)([^)\"']+)\1\)")
_JS_IMPORT = re.compile(rb"(\bfrom\s*|\bimport\s*\(?\s*)([\"'])(\.[^\"']+)\2")


@dataclass(frozen=True)
class Asset:
    """One file as it is sent."""

    name: str
    content: bytes

    @cached_property
    def digest(self) -> str:
        """Return the first ten hexadecimal digits of the content's SHA-256."""
        return hashlib.sha256(self.content).hexdigest()[:10]

    @property
    def path(self) -> str:
        """Return the name with the digest before the extension."""
        stem, extension = posixpath.splitext(self.name)
        return f"{stem}-{self.digest}{extension}"

    @property
    def url(self) -> str:
        """Return the address, which changes with the content."""
        return PREFIX + self.path

    @property
    def content_type(self) -> str:
        """Return the media type by extension."""
        return CONTENT_TYPES[posixpath.splitext(self.name)[1]]

    @cached_property
    def encoded(self) -> Mapping[str, bytes]:
        """Return the bodies by content coding; "" is the plain one, and the only one of packed formats."""
        if posixpath.splitext(self.name)[1] not in _COMPRESSED:
            return {"": self.content}
        return {
            "br": brotli.compress(self.content, quality=11),
            "gzip": gzip.compress(self.content, compresslevel=9, mtime=0),
            "": self.content,
        }


@cache
def assets(brand: str) -> Mapping[str, Asset]:
    """Return every file of the brand (`generic` or `govuk`) by its plain name."""
    return _Builder(brand).build()


def asset(name: str) -> str:
    """Return the address of a file of `static/` for the brand in force; raises KeyError for an unknown name."""
    return assets(settings().brand)[name].url


class _Builder:
    """Puts the files together, each after those it refers to."""

    def __init__(self, brand: str) -> None:
        self.brand = brand
        self.done: dict[str, Asset] = {}

    def build(self) -> Mapping[str, Asset]:
        for path in sorted(DIRECTORY.rglob("*")):
            name = path.relative_to(DIRECTORY).as_posix()
            if path.suffix in CONTENT_TYPES and self.is_sent(name):
                self.asset(name)
        return self.done

    def is_sent(self, name: str) -> bool:
        if name.startswith(BRAND_FILES) and self.brand == "generic":
            return False
        return name == "app.css" or not name.endswith(".css")

    def asset(self, name: str) -> Asset:
        if name not in self.done:
            self.done[name] = Asset(name, self.read(name))
        return self.done[name]

    def read(self, name: str) -> bytes:
        if name == "app.css":
            return b"\n".join(self.style(part) for part in STYLE_SHEET)
        content = _SOURCE_MAP.sub(b"", (DIRECTORY / name).read_bytes())
        if name.endswith(".js") and not name.startswith("vendor/"):
            return _JS_IMPORT.sub(self.rename(name, 3), content)
        return content

    def style(self, name: str) -> bytes:
        content = _SOURCE_MAP.sub(b"", (DIRECTORY / name).read_bytes())
        if self.brand == "generic":
            content = without_brand(content)
        return _CSS_URL.sub(self.rename(name, 2), content)

    def rename(self, name: str, group: int) -> Callable[[re.Match[bytes]], bytes]:
        """Return what replaces a reference, found in a group of the match, by the hashed address."""

        def replace(match: re.Match[bytes]) -> bytes:
            reference = match[group].decode()
            if reference.startswith("/assets/"):
                target = BRAND_FILES + reference.removeprefix("/assets/")
            else:
                target = posixpath.normpath(posixpath.join(posixpath.dirname(name), reference))
            return match[0].replace(match[group], self.asset(target).url.encode())

        return replace


def without_brand(style: bytes) -> bytes:
    """Return GOV.UK Frontend's style without its typeface and crest (GDS-18)."""
    style = _FONT_FACE.sub(b"", style)
    style = style.replace(b"GDS Transport,arial,sans-serif", SYSTEM_FONTS.encode())
    return style.replace(b"url(/assets/images/govuk-crest.svg)", b"none")


def warm() -> None:
    """Compress everything now, so that no request waits for it."""
    for item in assets(settings().brand).values():
        item.encoded  # noqa: B018 - computed once and kept
