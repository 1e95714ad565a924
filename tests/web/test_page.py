"""The same address answers the whole page or the partial; redirects; the last resort."""

from __future__ import annotations

import gzip
import re
from html import unescape
from json import loads

import pytest

from app.web.errors import last_resort
from app.web.page import Chrome
from tests.web.sample import client

HTMX = {"HX-Request": "true"}


@pytest.mark.rule("HTX-5")
async def test_only_htmx_gets_the_partial_and_not_when_it_restores_history() -> None:
    async with client() as browser:
        whole = await browser.get("/school/question")
        partial = await browser.get("/school/question", headers=HTMX)
        restored = await browser.get("/school/question", headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert whole.text.startswith("<!DOCTYPE html>")
    assert partial.text.lstrip().startswith("<title>")
    assert "<html" not in partial.text
    assert restored.text == whole.text
    assert {answer.headers["vary"] for answer in (whole, partial, restored)} == {"HX-Request"}
    assert {answer.headers["cache-control"] for answer in (whole, partial)} == {"no-store"}


@pytest.mark.rule("PRF-12")
async def test_a_swap_of_a_question_is_small() -> None:
    async with client(**HTMX) as browser:
        assert len(gzip.compress((await browser.get("/school/question")).content)) <= 3000


@pytest.mark.rule("HTX-3")
@pytest.mark.rule("AX-6")
async def test_a_refused_form_is_no_new_address_and_says_error_in_its_title() -> None:
    async with client(**HTMX) as browser:
        refused = await browser.post("/school/question", data={"start_date_day": "1"})
        passed = await browser.post("/school/question", data={"start_date_year": "2026"})
    assert refused.headers["hx-push-url"] == "false"
    assert refused.text.lstrip().startswith("<title>Error: When did Ann Example start")
    assert (passed.status_code, passed.headers["location"]) == (303, "/school/fields")


@pytest.mark.rule("HTX-7")
async def test_another_origin_is_loaded_in_full() -> None:
    async with client() as browser:
        plain = await browser.get("/away")
        swapped = await browser.get("/away", headers=HTMX)
    assert (plain.status_code, plain.headers["location"]) == (303, "https://sign-in.example/start")
    assert (swapped.status_code, swapped.headers["hx-redirect"]) == (204, "https://sign-in.example/start")


@pytest.mark.rule("G-13")
async def test_banners_have_their_ids_and_stand_inside_what_is_swapped() -> None:
    async with client(**HTMX) as browser:
        text = (await browser.get("/school/home")).text
    page = text[text.index('id="page"') : text.index("<main")]
    for name in ("closed-window-banner", "clock-banner", "acting-banner", "test-sign-in-banner"):
        assert f'id="{name}"' in page
    assert "This page shows 10 March 2026 at 2:05pm." in page


@pytest.mark.rule("G-12")
@pytest.mark.rule("GDS-14")
async def test_navigation_marks_where_the_reader_is() -> None:
    async with client() as browser:
        text = (await browser.get("/school/question")).text
        visitor = (await browser.get("/nowhere")).text
    navigation = text[text.index('id="service-nav"') : text.index("</header>")]
    assert re.findall(r'href="([^"]+)"[^>]*aria-current', navigation) == ["/school/ects"]
    assert "St Example’s Church of England Primary School" in text
    assert 'href="/school/choose"' in text
    assert "/sign-out" not in visitor
    assert "/school/ects" not in visitor


@pytest.mark.rule("G-04")
async def test_every_form_carries_token_and_mark() -> None:
    async with client() as browser:
        text = (await browser.get("/school/question")).text
    assert text.count('name="csrf_token" value="token"') == text.count('method="post"') == 3
    assert text.count('name="school_mark" value="mark"') == 3


@pytest.mark.rule("ACC-9.4")
async def test_the_page_says_when_the_session_ends() -> None:
    async with client() as browser:
        text = (await browser.get("/school/question?seconds=7200")).text
        visitor = (await browser.get("/nowhere")).text
    assert re.search(r'data-session-seconds="(7199|7200)" data-session-at-most="(43199|43200)"', text)
    assert "If you do nothing more, you will be signed out at" in text
    assert "session-dialog" not in visitor
    assert Chrome().seconds_left is None


@pytest.mark.rule("HTX-11")
async def test_htmx_is_configured_without_eval_scripts_styles_and_history() -> None:
    async with client() as browser:
        text = (await browser.get("/school/question")).text
    found = re.search(r"name=\"htmx-config\" content='([^']+)'", text)
    assert found
    config = loads(unescape(found[1]))
    for name in ("allowEval", "allowScriptTags", "includeIndicatorStyles", "scrollIntoViewOnBoost"):
        assert config[name] is False
    assert (config["historyCacheSize"], config["refreshOnHistoryMiss"]) == (0, True)


@pytest.mark.rule("GDS-16")
def test_the_last_resort_needs_nothing() -> None:
    answer = last_resort()
    assert answer.status_code == 500
    assert "Sorry, there is a problem with the service" in str(answer.content)
    assert "/static/" not in str(answer.content)
