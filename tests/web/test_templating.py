"""Templates: strict where ours, the library's markup exactly, the words of dates, and what no template may hold."""

from __future__ import annotations

import importlib.resources
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import html5lib
import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from app import templating
from app.templating import environment, govuk
from tests import scores

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

FIXTURES = Path(__file__).resolve().parents[1] / "vendor/govuk-frontend"
OURS = sorted(path for path in templating.TEMPLATES.rglob("*.html") if "emails" not in path.parts)


def canonical(markup: str) -> object:
    """Return the markup as nested tuples: single spaces, attributes in order."""
    return _canonical(html5lib.parseFragment(markup, namespaceHTMLElements=False))


def _canonical(element: Element) -> object:
    children = [child for child in element if isinstance(child.tag, str)]
    attributes = sorted((name, " ".join(value.split())) for name, value in element.attrib.items())
    inside = [(_canonical(child), " ".join((child.tail or "").split())) for child in children]
    return (element.tag, attributes, " ".join((element.text or "").split()), inside)


def fixtures(component: str) -> list[dict[str, Any]]:
    """Return the official fixtures of a component."""
    found: list[dict[str, Any]] = json.loads((FIXTURES / f"{component}.json").read_text(encoding="utf-8"))["fixtures"]
    return found


def options(component: str, name: str) -> tuple[Mapping[str, Any], object]:
    """Return the parameters of one fixture and its canonical markup."""
    found = next(fixture for fixture in fixtures(component) if fixture["name"] == name)
    return found["options"], canonical(found["html"])


def ours(source: str, **variables: object) -> object:
    """Render a piece of template and return it canonically."""
    return canonical(environment().from_string(source).render(variables).strip())


@pytest.mark.rule("GDS-17")
@pytest.mark.parametrize("component", sorted(path.stem for path in FIXTURES.glob("*.json")))
def test_components_match_the_official_fixtures(component: str) -> None:
    for fixture in fixtures(component):
        assert canonical(govuk(component, fixture["options"])) == canonical(fixture["html"]), fixture["name"]


def test_there_are_as_many_fixtures_as_the_pinned_version_has() -> None:
    found = sum(len(fixtures(path.stem)) for path in FIXTURES.glob("*.json"))
    scores.note("fixtures", f"{found} of 657")
    assert found == 657


@pytest.mark.rule("GDS-17")
def test_our_tag_matches() -> None:
    given, expected = options("tag", "grey")
    source = "{% from 'components/tag.html' import tag %}{{ tag(text, 'grey') }}"
    assert ours(source, text=given["text"]) == expected


@pytest.mark.rule("GDS-17")
def test_our_summary_list_matches() -> None:
    given, _ = options("summary-list", "with actions")
    rows = [(row["key"]["text"], row["value"]["text"]) for row in given["rows"][:2]]
    action = {"items": [{"href": "/change", "text": "Change", "visuallyHiddenText": "it"}]}
    library = govuk("summary-list", {"rows": [
        {"key": {"text": key}, "value": {"text": value}, "actions": action} for key, value in rows
    ]})  # fmt: skip
    source = (
        "{% from 'components/summary_list.html' import summary_list, row %}{% call summary_list() %}"
        "{% for key, value in rows %}{{ row('k', key, value, '/change', 'it') }}{% endfor %}{% endcall %}"
    )
    mine = environment().from_string(source).render(rows=rows).replace(' data-row="k"', "")
    assert canonical(mine.strip()) == canonical(library)


@pytest.mark.rule("GDS-17")
def test_our_summary_card_matches() -> None:
    given, expected = options("summary-list", "as a summary card with a text header")
    rows = [(row["key"]["text"], row["value"]["text"]) for row in given["rows"]]
    source = (
        "{% from 'components/summary_list.html' import summary_list, row, summary_card %}"
        "{% call summary_card(title) %}{% call summary_list() %}"
        "{% for key, value in rows %}{{ row('k', key, value) }}{% endfor %}{% endcall %}{% endcall %}"
    )
    mine = environment().from_string(source).render(rows=rows, title=given["card"]["title"]["text"])
    assert canonical(mine.replace(' data-row="k"', "").strip()) == expected


@pytest.mark.rule("GDS-17")
def test_our_table_matches() -> None:
    given, expected = options("table", "with head and caption")
    columns = [(cell["text"], "numeric") if cell.get("format") else cell["text"] for cell in given["head"]]
    rows = [[cell["text"] for cell in row] for row in given["rows"]]
    source = (
        "{% from 'components/table.html' import plain_table %}"
        "{{ plain_table(caption, columns, rows, row_headers=true) }}"
    )
    assert ours(source, caption=given["caption"], columns=columns, rows=rows) == expected


@pytest.mark.rule("GDS-17")
@pytest.mark.parametrize(("page", "pages"), [(1, 3), (2, 3), (3, 3), (10, 40)])
def test_our_pagination_matches(page: int, pages: int) -> None:
    numbers = sorted({1, pages, *range(max(1, page - 2), min(pages, page + 2) + 1)})
    items: list[dict[str, object]] = []
    for number in numbers:
        if items and number - int(str(items[-1]["number"])) > 1:
            items.append({"ellipsis": True, "number": number - 1})
        items.append({"number": number, "href": f"/p?page={number}", "current": number == page})
    items = [item if "href" in item else {"ellipsis": True} for item in items]
    around = {
        "previous": {"href": f"/p?page={page - 1}"} if page > 1 else None,
        "next": {"href": f"/p?page={page + 1}"} if page < pages else None,
    }
    source = "{% from 'components/pagination.html' import pagination %}{{ pagination(page, pages, '/p?page=') }}"
    mine = environment().from_string(source).render(page=page, pages=pages)
    dots = '<span class="app-dots"><span class="govuk-visually-hidden">pages not listed</span></span>'
    mine = mine.replace(dots, "&ctdot;")  # the style sheet draws them, readers hear words
    assert canonical(mine.strip()) == canonical(govuk("pagination", {"items": items, **around}))


@pytest.mark.rule("GDS-14")
def test_one_page_has_no_pagination() -> None:
    source = "{% from 'components/pagination.html' import pagination %}{{ pagination(1, 1, '/p?page=') }}"
    assert environment().from_string(source).render().strip() == ""


@pytest.mark.rule("GDS-17")
@pytest.mark.rule("GDS-3")
def test_our_error_summary_matches() -> None:
    given, expected = options("error-summary", "default")
    errors = {one["href"][1:]: one["text"] for one in given["errorList"]} | {"marked-only": ""}
    source = "{% from 'components/error_summary.html' import error_summary %}{{ error_summary(errors) }}"
    assert ours(source, errors=errors) == expected


@pytest.mark.rule("GDS-5")
def test_only_the_wrong_parts_of_a_date_are_marked() -> None:
    source = (
        "{% from 'components/fields.html' import date_field %}"
        "{{ date_field('start_date', 'When?', values, errors, heading=true) }}"
    )
    errors = {"start_date_month": "Start date must include a month", "start_date_year": ""}
    markup = environment().from_string(source).render(values={"start_date_day": "7"}, errors=errors)
    marked = re.findall(r'class="[^"]*govuk-input--error[^"]*" id="(\w+)"', markup)
    assert marked == ["start_date_month", "start_date_year"]
    assert markup.count("Start date must include a month") == 1
    assert 'value="7"' in markup


@pytest.mark.rule("GDS-2")
def test_what_was_typed_comes_back_escaped() -> None:
    source = "{% from 'components/fields.html' import text_field %}{{ text_field('new_name', 'Name', values) }}"
    markup = environment().from_string(source).render(values={"new_name": '"><b>Ó’Néill</b>'})
    assert 'value="&#34;&gt;&lt;b&gt;Ó’Néill&lt;/b&gt;"' in markup


def test_radios_have_the_ids_of_the_contract_and_nothing_preselected() -> None:
    source = "{% from 'components/fields.html' import radios_field %}{{ radios_field('a', 'A?', options) }}"
    markup = environment().from_string(source).render(options={"x": "X", "y": "Y", "z": "Z"})
    assert re.findall(r'<input[^>]* id="([\w-]+)"', markup) == ["a", "a-2", "a-3"]
    assert " checked" not in markup


def test_checkboxes_have_the_ids_of_the_contract_and_everything_that_was_ticked() -> None:
    source = "{% from 'components/fields.html' import checkboxes_field %}{{ checkboxes_field('a', 'A?', o, v) }}"
    markup = environment().from_string(source).render(o={"x": "X", "y": "Y", "z": "Z"}, v={"a": "x\nz"})
    assert re.findall(r'<input[^>]* id="([\w-]+)"', markup) == ["a", "a-2", "a-3"]
    assert re.findall(r'value="(\w)" checked', markup) == ["x", "z"]


@pytest.mark.rule("GDS-7")
def test_a_type_ahead_stands_on_a_real_select_and_keeps_what_was_typed() -> None:
    source = (
        "{% from 'components/fields.html' import select_field %}{{ select_field('a', 'A', o, v, autocomplete=true) }}"
    )
    markup = environment().from_string(source).render(o={"1": "One"}, v={"a": "Onne"})
    assert "<select" in markup
    assert 'data-typed="Onne"' in markup
    assert " selected" not in markup


def test_equal_content_is_made_once_and_text_is_not_markup() -> None:
    first, again = govuk("tag", {"text": "<i>"}), govuk("tag", {"text": "<i>"})
    assert first is again
    assert "&lt;i&gt;" in first
    assert "<i>" in govuk("tag", {"text": Markup("<i>")})


@pytest.mark.rule("LNT-14")
def test_what_was_typed_is_not_kept_in_memory() -> None:
    params = {"name": "national_insurance_number", "label": {"text": "Number"}, "value": "QQ123456C"}
    assert govuk("input", params) is not govuk("input", params)
    nested = {"id": "date_of_birth", "items": [{"name": "date_of_birth_year", "value": "1990"}]}
    assert govuk("date-input", nested) is not govuk("date-input", nested)


@pytest.mark.rule("LNT-14", "PRF-9")
def test_who_was_registered_is_not_kept_in_memory() -> None:
    params = {"titleText": "Maria Brown is registered as an ECT", "html": "They started on 6 October 2025"}
    assert govuk("panel", params) is not govuk("panel", params)


@pytest.mark.rule("TRP-12")
def test_missing_names_and_attributes_are_errors_and_missing_keys_are_empty() -> None:
    @dataclass(frozen=True)
    class Thing:
        name: str = "x"

    wrong = ["{{ missing }}", "{% if missing %}{% endif %}", "{{ thing.nmae }}", "{% for x in missing %}{% endfor %}"]
    for source in wrong:
        with pytest.raises(UndefinedError):
            environment().from_string(source).render(thing=Thing())
    assert environment().from_string("{{ keys.missing }}{{ keys.missing.deeper }}").render(keys={}) == ""


@pytest.mark.rule("G-09")
@pytest.mark.rule("GEN-09")
def test_words_of_dates_and_years() -> None:
    assert templating.gov_date(date(2025, 9, 1)) == "1 September 2025"
    assert templating.gov_date(datetime(2025, 8, 31, 23, 30, tzinfo=UTC)) == "1 September 2025"
    assert templating.gov_datetime(datetime(2026, 1, 5, 17, 5, tzinfo=UTC)) == "5 January 2026 at 5:05pm"
    assert templating.gov_time(datetime(2026, 1, 5, 9, 0, tzinfo=UTC)) == "9am"
    assert templating.gov_time(datetime(2026, 7, 5, 11, 0, tzinfo=UTC)) == "midday"
    assert templating.gov_time(datetime(2026, 1, 5, 0, 0, tzinfo=UTC)) == "midnight"
    assert templating.academic_year(2025) == "2025 to 2026"


@pytest.mark.rule("ACC-17.1")
def test_the_inline_line_is_that_of_the_installed_library() -> None:
    installed = importlib.resources.files("govuk_frontend_jinja").joinpath("templates/template.html").read_text("utf-8")
    assert f">{templating.INLINE_SCRIPT}</script>" in installed
    assert templating.CSP_SCRIPT_HASH == "sha256-GUQ5ad8JK5KmEWmROf3LZd9ge94daqNvd8xy9YS1iDw="


FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]* src=)[^>]*>(?!\{\{ inline_script \}\})"),
    "inline style": re.compile(r"<style|\sstyle="),
    "event handler": re.compile(r"\s(on[a-z]+|hx-on[:\w-]*)="),
    "value from script": re.compile(r"[\"']js(on)?:|javascript:"),
    "empty target": re.compile(r"href=[\"']#?[\"']"),
    "own change trigger": re.compile(r"hx-trigger=[\"'][^\"']*(change|\[)"),
    "validation by the browser": re.compile(r"\s(required|pattern|min|max)(=|\s*/?>)"),
}


@pytest.mark.rule("HTX-11")
@pytest.mark.parametrize("path", OURS, ids=lambda path: path.relative_to(templating.TEMPLATES).as_posix())
def test_no_template_holds_what_the_policy_forbids(path: Path) -> None:
    environment().get_template(path.relative_to(templating.TEMPLATES).as_posix())
    source = path.read_text(encoding="utf-8")
    markup = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", source, flags=re.DOTALL)
    assert [name for name, pattern in FORBIDDEN.items() if pattern.search(markup)] == []


def test_every_template_is_compiled_at_the_start() -> None:
    templating.warm()
    names = {path.relative_to(templating.TEMPLATES).as_posix() for path in OURS}
    assert names <= set(environment().list_templates())
