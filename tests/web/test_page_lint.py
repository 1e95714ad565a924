"""The frame of the pages passes the lint, whole and as a partial; and the lint finds what it is for."""

from __future__ import annotations

import re
from datetime import date

import httpx
import pytest

from tests.page_lint import lint, spellings
from tests.web.sample import client

PAGES = ["/school/home", "/school/question", "/school/fields", "/nowhere"]
PAGES += [f"/error/{status}" for status in (400, 403, 404, 409, 410, 422, 429, 500, 503)] + ["/error/409?resend=1"]


def changed(good: httpx.Response, text: str) -> httpx.Response:
    """Return the answer with another text."""
    headers = {name: good.headers[name] for name in ("content-type", "vary", "cache-control")}
    return httpx.Response(good.status_code, headers=headers, text=text, request=good.request)


@pytest.mark.rule("HTX-4")
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["whole", "partial"])
@pytest.mark.parametrize("path", PAGES)
async def test_every_page_passes(path: str, headers: dict[str, str]) -> None:
    async with client(**headers) as browser:
        assert lint(await browser.get(path), headers=False) == []


@pytest.mark.parametrize("path", ["/school/question", "/school/fields"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["whole", "partial"])
async def test_a_refused_form_passes(path: str, headers: dict[str, str]) -> None:
    async with client(**headers) as browser:
        refused = await browser.post(path, data={"start_date_day": "1", "name_is_correct": "no", "email": "<b>"})
        assert refused.status_code == 422
        assert lint(refused, headers=False) == []


BROKEN = [
    pytest.param("LNT-1", "</main>", "</span></main>", id="LNT-1 stray end tag"),
    pytest.param("LNT-1", '<div id="announcement"', '<div id="progress"', id="LNT-1 id twice"),
    pytest.param("LNT-1", "</main>", "<h1>Another</h1></main>", id="LNT-1 two headings"),
    pytest.param("LNT-1", "</main>", "<h4>Deep</h4></main>", id="LNT-1 skipped level"),
    pytest.param("LNT-2", "<title>When", "<title>Error: When", id="LNT-2 error without one"),
    pytest.param("LNT-3", 'for="start_date_day"', 'for="start_date"', id="LNT-3 no label"),
    pytest.param(
        "LNT-4", "<form", '<p class="govuk-error-summary__list"><a href="#no">X</a></p><form', id="LNT-4 link"
    ),
    pytest.param("LNT-5", ' method="post" action="/school', ' method="post" data-was="/school', id="LNT-5 no action"),
    pytest.param("LNT-5", 'name="csrf_token"', 'name="token"', id="LNT-5 no token"),
    pytest.param("LNT-5", 'name="start_date_day"', 'name="start_date_day" required', id="LNT-5 required"),
    pytest.param("LNT-6", 'name="start_date_day"', 'name="email"', id="LNT-6 spellcheck"),
    pytest.param(
        "LNT-6", 'name="start_date_day"', 'name="date_of_birth_day" autocomplete="on"', id="LNT-6 autocomplete"
    ),
    pytest.param("LNT-7", "</main>", '<a href="#">Go</a></main>', id="LNT-7 empty target"),
    pytest.param("LNT-7", "For example", 'For <a href="/x">example</a>', id="LNT-7 link in a hint"),
    pytest.param("LNT-8", "</main>", "<script>alert(1)</script></main>", id="LNT-8 inline script"),
    pytest.param("LNT-8", "<main", '<main style="x"', id="LNT-8 style attribute"),
    pytest.param("LNT-8", "<main", '<main onclick="x"', id="LNT-8 event handler"),
    pytest.param("LNT-8", "<main", '<main hx-on:click="x"', id="LNT-8 hx-on"),
    pytest.param("LNT-8", 'rel="stylesheet" href="', 'rel="stylesheet" href="https://x.example', id="LNT-8 foreign"),
    pytest.param("LNT-9", "</main>", '<a href="/x" class="govuk-back-link">Back</a></main>', id="LNT-9 back"),
    pytest.param("LNT-9", "govuk-skip-link", "govuk-link", id="LNT-9 skip link"),
    pytest.param("LNT-10", ">Continue<", ">Next<", id="LNT-10 Next"),
    pytest.param("LNT-11", "</main>", "<p>This cohort</p></main>", id="LNT-11 banned word"),
    pytest.param("LNT-11", "</main>", "<p>You don't</p></main>", id="LNT-11 straight quote"),
    pytest.param("LNT-11", ">Continue<", ">CONTINUE<", id="LNT-11 capitals"),
    pytest.param("LNT-12", "</main>", "<table><tr><td>1</td></tr></table></main>", id="LNT-12 no caption"),
    pytest.param("LNT-12", "</main>", "<dl><div><dt>1</dt></div></dl></main>", id="LNT-12 no dd"),
    pytest.param("LNT-13", 'lang="en"', "", id="LNT-13 no lang"),
    pytest.param("LNT-13", "initial-scale=1", "initial-scale=1, maximum-scale=1", id="LNT-13 zoom"),
    pytest.param("LNT-14", "</main>", "<p>2 March 1990</p></main>", id="LNT-14 date of birth"),
]


@pytest.mark.parametrize(("rule", "was", "becomes"), BROKEN)
async def test_a_broken_page_is_found(rule: str, was: str, becomes: str) -> None:
    async with client() as browser:
        good = await browser.get("/school/question")
    text = good.text.replace(was, becomes, 1)
    assert text != good.text
    found = lint(changed(good, text), headers=False, secrets=spellings(date(1990, 3, 2)))
    assert [one for one in found if one.startswith(rule)], found


TASK = '<ul class="govuk-task-list"><li class="govuk-task-list__item">{}<div class="govuk-task-list__status">{}</div></li></ul>'


@pytest.mark.rule("GDS-12")
@pytest.mark.parametrize(
    ("task", "status", "right"),
    [
        ("Pay", "Completed", True),
        ('<a href="/x">Pay the fee</a>', '<strong class="govuk-tag">Not started</strong>', True),
        ("Pay", "Cannot start yet", True),
        ("Pay", "", False),
        ("Pay", '<strong class="govuk-tag">Completed</strong>', False),
        ('<a href="/x">Pay the fee</a>', "Cannot start yet", False),
    ],
)
async def test_a_task_says_where_it_stands_and_is_no_link_before_it_can_be_started(
    task: str, status: str, right: bool
) -> None:
    async with client() as browser:
        good = await browser.get("/school/question")
    found = lint(changed(good, good.text.replace("</main>", f"{TASK.format(task, status)}</main>")), headers=False)
    assert (found == []) is right
    assert all(one.startswith("GDS-12") for one in found)


@pytest.mark.rule("LNT-3")
async def test_a_heading_apart_from_the_only_question_is_found() -> None:
    async with client() as browser:
        good = await browser.get("/school/question")
    heading = re.search(r"<h1.*?>(.*?)</h1>", good.text, re.DOTALL)
    assert heading
    text = re.sub(r"(<main.*?>)", rf"\1{heading[0]}", good.text.replace(heading[0], "What date?"), count=1)
    assert any(found.startswith("LNT-3") for found in lint(changed(good, text), headers=False))


@pytest.mark.rule("LNT-15")
async def test_missing_headers_are_found() -> None:
    async with client() as browser:
        found = " ".join(lint(await browser.get("/school/question")))
    for name in ("Content-Security-Policy", "nosniff", "DENY", "Referrer-Policy", "permissions-policy"):
        assert name in found


@pytest.mark.rule("LNT-16")
async def test_a_partial_with_more_than_its_parts_is_found() -> None:
    async with client(**{"HX-Request": "true"}) as browser:
        good = await browser.get("/school/question")
    more = changed(good, good.text + "<p>x</p>")
    assert any(found.startswith("LNT-16") for found in lint(more, headers=False))
    assert lint(changed(good, "<!DOCTYPE html><html></html>"), headers=False) == [
        "LNT-16: a whole document where the partial was asked for"
    ]


@pytest.mark.rule("HTX-4")
@pytest.mark.parametrize("path", ["/school/home", "/school/question", "/school/fields"])
async def test_whole_and_partial_say_the_same(path: str) -> None:
    async with client() as browser:
        whole = await browser.get(path)
        partial = await browser.get(path, headers={"HX-Request": "true"})
    for pattern in (r"<title>.*?</title>", r"<h1.*?</h1>", r"<main.*?</main>"):
        assert re.findall(pattern, whole.text, re.DOTALL) == re.findall(pattern, partial.text, re.DOTALL)
