"""Templates written out at compile time: the same pages as without, and nothing left to call."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, UndefinedError
from jinja2.compiler import CodeGenerator

from app.inlining.environment import Environment, WritingOut
from app.inlining.programs import Programs
from app.templating import SemiStrict, environment

PARTS = {
    "parts.html": """
{% macro tag(text, colour="grey") %}<b class="{{ colour }}{{ " big" if colour == "red" }}">{{ text }}</b>{% endmacro %}
{% macro row(key, label, value="", change="") %}
<p>{{ key }}|{{ label | lower }}|{{ caller() if caller else value }}{% if change %}|{{ change }}{% endif %}</p>
{% endmacro %}
{% macro box(title) %}{% set shown = title ~ "!" %}<div>{{ shown }}{{ caller() }}{{ caller() }}</div>{% endmacro %}
{% macro each(items) %}{% for item in items %}{{ loop.index }}{{ caller() }}{% endfor %}{% endmacro %}
{% macro count(items) %}{% set place = namespace(n=0) %}{% for i in items %}{% set place.n = place.n + 1 %}{% endfor %}
{{ place.n }}{% endmacro %}
{% macro tree(node) %}({{ node.name }}{% for one in node.below %}{{ tree(one) }}{% endfor %}){% endmacro %}
{% macro nested(text) %}{{ tag(text, "red") }}{{ tag(text ~ ".") }}{% endmacro %}
{% macro kept(text) %}{% set made = tag(text) %}{{ made }}{% endmacro %}
{% macro either(a, b) %}{{ a or b | upper }}{% if a and b %}both{% elif a %}first{% elif b %}second{% else %}none{% endif %}
{% endmacro %}
{% macro outer() %}{{ name }}{% endmacro %}
{% macro many() %}{{ varargs | join(",") }}{% endmacro %}
""",
    "base.html": "{% from 'parts.html' import tag, row %}<h1>{% block head %}{% endblock %}</h1>{% block body %}{% endblock %}",
    "piece.html": "{% set secret = 'set' %}{{ secret }}{{ name }}{{ tag('in') }}",
    "importing.html": "{% from 'parts.html' import box as tin %}{% call tin('a') %}{{ name }}{% endcall %}",
}
IMPORT = "{% from 'parts.html' import tag, row, box, each, count, tree, nested, kept, either, outer, many %}"
CASES = {
    "constants": "{{ tag('x') }}{{ tag('<', 'red') }}{{ tag(text=name, colour='blue') }}",
    "markup and text": "{{ tag(name ~ '<') }}{{ tag('<b>' ~ (name | upper)) }}{{ tag(tag('x')) }}",
    "defaults and a block": "{{ row('k', 'L') }}{% call row('k', 'L', change=name) %}{{ name }}{% endcall %}",
    "names of the page": "{% set label = 'mine' %}{{ row('k', 'Other', label) }}{{ row(label, name, 'v') }}{{ label }}",
    "what a block sets": "{% set t = 1 %}{% call box(name) %}{% set t = 2 %}{{ t }}{{ shown }}{% endcall %}{{ t }}",
    "a name the macro sets": "{% set shown = 'page' %}{% call box('x') %}{{ shown }}{% endcall %}{{ shown }}",
    "a loop around": "{% for x in list %}{% call row('k', x) %}{{ loop.index }}{{ x }}{% endcall %}{% endfor %}",
    "a loop inside": "{% for x in list %}{% call each(list) %}{{ loop.index0 }}{{ x }}{% endcall %}{% endfor %}",
    "the loop itself": "{% for x in list %}{{ either(loop.first, loop.last) }}{% endfor %}",
    "a namespace": "{{ count(list) }}{{ count([]) }}",
    "itself": "{{ tree(root) }}",
    "macros of macros": "{{ nested(name) }}{{ kept(name) }}{{ kept('x') }}",
    "branches": "{{ either('', name) }}{{ either(name, '') }}{{ either('', '') }}{{ either('a', 'b') }}{{ either(name, name) }}",
    "what only a call can do": "{{ many(1, 2) }}{{ tag(*list[:2]) }}{{ tag(**{'text': name}) }}",
    "a call within an expression": "{% set made = tag(name) %}{{ made }}{{ tag(name) | upper }}{{ made ~ name }}",
    "one's own macro": "{% macro tag(text) %}own {{ text }}{% endmacro %}{{ tag(name) }}",
    "an include": "{% set secret = 'page' %}{% include 'piece.html' %}{{ secret }}{% include 'importing.html' %}",
    "an include by name": "{% include piece %}{{ tag(name) }}",
    "in a branch": "{% if name %}{{ tag(name) }}{% include 'importing.html' %}{% endif %}{{ tag(name) if name else 'x' }}",
    "a name in a loop": "{% for tag_of in list %}{{ tag(tag_of, 'red' if loop.first else 'blue') }}{% endfor %}",
}
PAGE = "{% extends layout %}{% block head %}{{ tag(name) }}{% endblock %}{% block body %}{{ row('k', 'L', name) }}{% endblock %}"
CHILD = "{% extends 'base.html' %}{% block head %}{{ tag(name) }}{% endblock %}{% block body %}{{ tag('x') | upper }}{% endblock %}"
VARIABLES = {
    "name": "<Ann>",
    "list": ["a", "b", "<c>"],
    "root": {"name": "r", "below": [{"name": "s", "below": []}]},
    "piece": "piece.html",
    "layout": "base.html",
}


def made(*, written_out: bool) -> Environment:
    """Return an environment with the parts."""
    found = Environment(loader=DictLoader(PARTS), autoescape=True, undefined=SemiStrict, trim_blocks=True)
    found.code_generator_class = WritingOut if written_out else CodeGenerator
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_page_is_the_same(name: str) -> None:
    variables = VARIABLES | ({"shown": "given"} if "block sets" in name else {})
    quick, plain = (made(written_out=way).from_string(IMPORT + CASES[name]).render(variables) for way in (True, False))
    assert quick == plain
    assert plain.strip()


@pytest.mark.parametrize("source", [PAGE.replace("layout", "'base.html'"), CHILD])
def test_a_page_has_what_the_page_it_extends_imports(source: str) -> None:
    quick, plain = (made(written_out=way).from_string(source).render(VARIABLES) for way in (True, False))
    assert quick == plain


@pytest.mark.parametrize(
    "source", ["{{ outer() }}", "{{ tag(missing) }}", "{{ row('k', 'L', missing) }}", "{{ tag() }}"]
)
def test_what_was_an_error_is_one_still(source: str) -> None:
    for way in (True, False):
        with pytest.raises(UndefinedError):
            made(written_out=way).from_string(IMPORT + source).render(VARIABLES)


def test_nothing_is_imported_or_called_any_more() -> None:
    source = IMPORT + CASES["defaults and a block"] + CASES["macros of macros"][:18] + "{% include 'importing.html' %}"
    program = made(written_out=True).compile(source, raw=True)
    assert "get_template" not in program
    assert "context.call" not in program
    assert "context.call" in made(written_out=False).compile(source, raw=True)


@pytest.mark.parametrize("name", ["schools/ect.html", "schools/mentor.html", "journeys/check-answers.html"])
def test_pages_that_are_asked_for_most_call_no_component(name: str) -> None:
    text = environment().loader.get_source(environment(), name)[0]  # type: ignore[union-attr]
    assert "'components/" not in environment().compile(text, name, raw=True)


def test_a_template_that_may_change_while_it_is_used_is_not_written_out() -> None:
    assert Environment(auto_reload=True).code_generator_class is CodeGenerator
    assert Environment(auto_reload=False).code_generator_class is WritingOut


def test_a_program_is_kept_until_something_that_any_is_made_of_changes(tmp_path: Path) -> None:
    part = tmp_path / "part.html"

    def made(text: str, folder: Path) -> Environment:
        part.write_text(text, encoding="utf-8")
        loader = DictLoader({"page.html": "{% include 'part.html' %}", "part.html": text})
        return Environment(loader=loader, auto_reload=False, bytecode_cache=Programs(folder, [part]))

    assert made("one", tmp_path / "kept").get_template("page.html").render() == "one"
    same = made("one", tmp_path / "kept")
    assert same.get_template("page.html").render() == "one"
    assert not same.sources, "a program that is kept is not made again"
    assert made("two", tmp_path / "kept").get_template("page.html").render() == "two"
    assert made("two", Path("/proc/kept")).get_template("page.html").render() == "two", "nothing can be written there"
