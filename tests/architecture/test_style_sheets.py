"""What style sheets and scripts may do: nothing shows itself only to who points, and old browsers get plain pages."""

from __future__ import annotations

import re

import pytest

from app.templating import TEMPLATES
from tests.architecture.source import ROOT

SHEETS = [ROOT / "static" / "app.css", *sorted((ROOT / "static" / "vendor").rglob("*.css"))]
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
POINTED_AT = re.compile(r":(hover|focus\b|focus-visible|focus-within)")
SHOWS = re.compile(r"(?:^|;)\s*(display|visibility|opacity|content|clip|clip-path|max-height|height)\s*:")
ITSELF = re.compile(r"govuk-skip-link|govuk-visually-hidden-focusable")
"""Shown by focus: it is the control itself that appears."""


def rules(text: str) -> list[tuple[str, str]]:
    """Return selector and declarations of every rule, those inside media queries too."""
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return [(selector.strip(), declarations) for selector, declarations in RULE.findall(plain)]


@pytest.mark.rule("AX-11")
@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_pointing_or_focusing_shows_nothing_that_was_not_there(sheet) -> None:
    found = rules(sheet.read_text(encoding="utf-8"))
    assert len(found) > 20
    revealing = [
        selector
        for selector, declarations in found
        if POINTED_AT.search(selector) and SHOWS.search(declarations) and not ITSELF.search(selector)
    ]
    assert revealing == []


@pytest.mark.rule("AX-11")
def test_no_page_says_anything_in_a_tooltip() -> None:
    pages = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")}
    assert [name for name, text in pages.items() if re.search(r"<[a-z][^>]*\stitle=", text)] == []


@pytest.mark.rule("GDS-19")
def test_every_script_is_a_module_so_that_an_old_browser_gets_plain_pages() -> None:
    scripts = [
        tag
        for path in TEMPLATES.rglob("*.html")
        for tag in re.findall(r"<script[^>]*src=[^>]*>", path.read_text(encoding="utf-8"))
    ]
    assert scripts
    assert [tag for tag in scripts if 'type="module"' not in tag] == []


@pytest.mark.rule("AX-12")
def test_no_style_depends_on_how_the_window_is_turned() -> None:
    assert [sheet.name for sheet in SHEETS if "orientation" in sheet.read_text(encoding="utf-8")] == []
