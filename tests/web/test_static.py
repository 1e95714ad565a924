"""Files of the service: hashed names, held for ever, compressed once; vendored ones are what the lock says."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path

import brotli
import pytest

from app import assets
from app.web.static import best_coding
from tests.web.sample import client

TOP = Path(__file__).resolve().parents[2]
LOCK = json.loads((TOP / "static/vendor/lock.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("package", LOCK["packages"], ids=lambda package: package["name"])
def test_vendored_files_are_those_of_the_lock(package: dict[str, dict[str, dict[str, str]]]) -> None:
    assert len(base64.b64decode(str(package["integrity"]).removeprefix("sha512-"))) == 64
    for path, kept in package["files"].items():
        assert hashlib.sha256((TOP / path).read_bytes()).hexdigest() == kept["sha256"], path


def test_no_file_is_vendored_without_the_lock() -> None:
    listed = {path for package in LOCK["packages"] for path in package["files"]}
    own = {"static/vendor/lock.json", "static/vendor/update.py"}
    found = {
        path.relative_to(TOP).as_posix()
        for folder in ("static/vendor", "tests/vendor")
        for path in (TOP / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert found == listed | own


@pytest.mark.rule("PRF-13")
async def test_a_file_is_kept_for_ever_under_its_hashed_name() -> None:
    async with client() as browser:
        answer = await browser.get(assets.asset("app.css"))
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        again = await browser.get(assets.asset("app.css"), headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("accepted", "coding"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", "")]
)
async def test_the_best_coding_the_browser_takes(accepted: str, coding: str) -> None:
    found = assets.assets("generic")["app.js"]
    assert best_coding(accepted, found.encoded) == coding
    async with client(**{"Accept-Encoding": accepted}) as browser:
        answer = await browser.get(found.url)
    assert answer.headers.get("content-encoding", "") == coding
    assert answer.content == found.content
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_head_answers_like_get_without_the_body() -> None:
    async with client() as browser:
        answer = await browser.head(assets.asset("app.js"), headers={"Accept-Encoding": "identity"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) == len(assets.assets("generic")["app.js"].content)


@pytest.mark.parametrize("path", ["/static/app.css", "/static/app-0000000000.css", "/static/../app/cli.py", "/static/"])
async def test_other_names_are_not_found(path: str) -> None:
    async with client() as browser:
        assert (await browser.get(path)).status_code == 404


def test_codings_hold_the_same_content() -> None:
    encoded = assets.assets("generic")["app.css"].encoded
    assert brotli.decompress(encoded["br"]) == gzip.decompress(encoded["gzip"]) == encoded[""]


@pytest.mark.parametrize("brand", ["generic", "govuk"])
def test_files_refer_to_hashed_names_that_exist(brand: str) -> None:
    known = {item.url for item in assets.assets(brand).values()}
    style = assets.assets(brand)["app.css"].content.decode()
    script = assets.assets(brand)["app.js"].content.decode()
    assert set(re.findall(r"url\(([^)]+)\)", style)) <= known
    imported = re.findall(r'from "([^"]+)"', script)
    assert len(imported) == 2
    assert set(imported) <= known


@pytest.mark.rule("GDS-18")
def test_the_generic_brand_has_no_crest_and_no_typeface_of_gov_uk() -> None:
    generic, govuk = assets.assets("generic"), assets.assets("govuk")
    assert b"GDS Transport" in govuk["app.css"].content
    for trace in (b"GDS Transport", b"@font-face", b"crest"):
        assert trace not in generic["app.css"].content
    assert not [name for name in generic if name.startswith(assets.BRAND_FILES)]


@pytest.mark.rule("PRF-14")
def test_scripts_of_a_page_stay_small() -> None:
    files = assets.assets("generic")
    names = ["app.js", "session.js", "vendor/govuk-frontend/govuk-frontend.min.js", "vendor/htmx/htmx.min.js"]
    question = sum(len(files[name].encoded["br"]) for name in names)
    type_ahead = len(files["vendor/accessible-autocomplete/accessible-autocomplete.min.js"].encoded["br"])
    assert question <= 32_000
    assert question + type_ahead <= 50_000


@pytest.mark.rule("HTX-11")
def test_own_scripts_neither_evaluate_text_nor_store_anything() -> None:
    for path in (TOP / "static").glob("*.js"):
        script = path.read_text(encoding="utf-8")
        assert not re.search(r"\beval\(|new Function|innerHTML|insertAdjacent|setItem|localStorage", script)
