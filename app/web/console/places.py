"""Which page of the console a form leads back to, as addresses say it (ADM-6.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE = re.compile(r"/admin(/[A-Za-z0-9-]+)*(\?[A-Za-z0-9=&%_.+/-]*)?")
"""A page of the console that a fix leads back to, as its address says."""
LONGEST_PLACE = 1_000
DONE = re.compile(r"(?:[?&]done=[^&]*)+$|(?<=[?&])done=[^&]*&")
"""What an address says of the change before, which is no part of the place."""


def came_from(given: Mapping[str, str], otherwise: str) -> str:
    """Return the page of the console that a form leads back to, as its address or its field `from` says (ADM-6.1)."""
    place = DONE.sub("", given.get("from", ""))
    return place if len(place) <= LONGEST_PLACE and PLACE.fullmatch(place) else otherwise


def form_address(path: str, back: str, otherwise: str = "") -> str:
    """Return the address of a form that leads back to a page; one that does so anyway need not say it."""
    return path if back == otherwise else f"{path}?{urlencode({'from': back})}"


def done_at(place: str, slug: str) -> str:
    """Return the address of a page that is to say what has been put right."""
    return f"{place}{'&' if '?' in place else '?'}done={slug}"
