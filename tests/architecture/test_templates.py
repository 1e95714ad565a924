"""Templates: each compiles, each is used, and none carries script, style or handlers inline."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from app.templating import TEMPLATES, environment
from tests.architecture.source import modules

NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.*") if path.is_file())
PAGES = [name for name in NAMES if name.endswith(".html")]
SCRIPTS = {"layouts/full.html", "public/api/document.html"}
"""The templates that may name scripts: files of ours, and the library's one line that the policy allows by hash."""
INLINE = {
    "a handler in an attribute": r"""\son[a-z]+\s*=""",
    "hx-on": r"hx-on",
    "a style attribute": r"""\sstyle\s*=""",
    "a style element": r"<style",
    "a link to nowhere": r"""href\s*=\s*["']#["']""",
    "a script address": r"javascript:",
    "markup taken on trust": r"\|\s*safe\b",
}


def source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_it_compiles(name: str) -> None:
    assert environment().compile(source(name), name=name)


@pytest.mark.rule("ACC-17.1")
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.rule("SEC-7")
def test_nothing_is_inline(name: str) -> None:
    found = [what for what, pattern in INLINE.items() if re.search(pattern, source(name), re.IGNORECASE)]
    assert found == []
    scripts = re.findall(r"<script[^>]*>[^<]*", source(name), re.IGNORECASE)
    unknown = [tag for tag in scripts if " src=" not in tag and tag != "<script>{{ inline_script }}"]
    assert unknown == []
    assert not scripts or name in SCRIPTS


@cache
def texts() -> frozenset[str]:
    """Return every text of the program."""
    return frozenset(text for module in modules() for text in module.texts())


@cache
def asked_for_by_templates() -> frozenset[str]:
    """Return every template that another one extends, includes or imports."""
    tag = re.compile(r"""{%-?\s*(?:extends|include|import|from)\s+["']([^"']+)["']""")
    return frozenset(found for name in NAMES for found in tag.findall(source(name)))


def matches(name: str) -> bool:
    """Tell whether a text of the program with something filled in gives the name, or its end."""
    stem = Path(name).stem
    for text in texts():
        if not text.endswith((".html", ".txt")) or "{}" not in text:
            continue
        fits = re.fullmatch(re.escape(text).replace(r"\{\}", ".+"), name)
        if fits and ("{}" not in text.rpartition("/")[2] or stem in texts()):
            return True
    return False


@pytest.mark.parametrize("name", NAMES)
def test_it_is_used(name: str) -> None:
    asked = texts() | asked_for_by_templates()
    known = {name, name.removeprefix("emails/")}
    status_page = re.fullmatch(r"errors/\d{3}\.html", name) is not None
    assert known & asked or matches(name) or status_page


ASKED_BY_GET = re.compile(r'(?:_field|choice)\(\s*"([\w-]+)"|<(?:input|select)[^>]*\sname="([\w-]+)"')
PERSONAL = {"trn", "trns", "email", "to"}
"""What somebody types or ticks to search by, apart from `q`; only staff, and developers in their mailbox."""


@pytest.mark.rule("SEC-17")
@pytest.mark.parametrize("name", PAGES)
def test_only_searches_put_facts_about_people_into_an_address(name: str) -> None:
    asked = {
        one or other
        for form in re.findall(r'<form method="get".*?</form>', source(name), re.DOTALL)
        for one, other in ASKED_BY_GET.findall(form)
    }
    assert not [field for field in asked if re.search("birth|insurance|name|reference", field)]
    assert not asked & PERSONAL or name.startswith(("console/", "dev/"))
