"""The published document, its page, the guidance and the release notes (API-24)."""

from __future__ import annotations

import json
import re
from datetime import date
from html import unescape
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
import yaml
from lxml import etree, html

from app.api.v3 import examples
from app.api.v3.refusals import DETAILS, GUARDED
from app.db.engine import fetch
from app.db.refusals import GUARDS
from app.web.developers import RELEASES, TOPICS
from tests import factories
from tests.api.client import DOCUMENT, Program, check_answer
from tests.architecture.source import APP, modules
from tests.page_lint import lint
from tests.provider_records.world import settled
from tests.training.acts import on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.conftest import World

SCHEMAS = DOCUMENT["components"]["schemas"]


def every_schema(part: Any) -> Iterator[dict[str, Any]]:
    """Give every object that looks like a schema of an object."""
    if isinstance(part, dict):
        if part.get("type") == "object" or "properties" in part:
            yield part
        for inner in part.values():
            yield from every_schema(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from every_schema(inner)


@pytest.mark.rule("API-24.2")
def test_every_answer_is_strict_and_names_what_is_always_there() -> None:
    asked = {
        name
        for name in SCHEMAS
        if re.match(r"(Report|BulkReport|Partner(Change|Data|Attributes$)|Withdraw|Defer|Resume|Schedule)", name)
    }
    answers = {name: schema for name, schema in SCHEMAS.items() if name not in asked}
    for schema in every_schema(
        {"schemas": answers, "paths": DOCUMENT["paths"], "responses": DOCUMENT["components"]["responses"]}
    ):
        assert schema["type"] == "object"
        assert schema["additionalProperties"] is False
        assert schema["required"]
    text = json.dumps(DOCUMENT)
    assert not re.findall(r'\{"type": "[^{}]*\}, \{"type": "null"\}', text)  # what may be null is a union of types
    assert "API-" not in text


@pytest.mark.rule("API-24.2")
def test_examples_hold_and_refer_to_one_another() -> None:
    assert set(examples.EXAMPLES) <= set(SCHEMAS)
    for name, example in examples.EXAMPLES.items():
        schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
        judge = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        assert [error.message for error in judge.iter_errors(example)] == [], name


@pytest.mark.rule("API-24.2")
def test_operations_say_everything_that_can_come() -> None:
    names = []
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            names.append(operation["operationId"])
            statuses = set(operation["responses"])
            assert {"200", "400", "401", "429", "500", "503"} <= statuses
            assert ("404" in statuses) is ("{" in path)
            assert ({"403", "409", "413", "415", "422"} <= statuses) is (method != "get")
            assert operation.get("requestBody", {"required": True})["required"]
            for parameter in operation["parameters"]:
                assert parameter["description"]
    assert len(names) == len(set(names)) == 22
    additions = {
        path for path, methods in DOCUMENT["paths"].items() for each in methods.values() if each.get("x-addition")
    }
    assert additions == {
        *("/api/v3/changes", "/api/v3/partnerships/bulk"),
        *("/api/v3/expressions-of-interest", "/api/v3/expressions-of-interest/{interest_id}"),
    }


PATHS = {
    *("schools", "schools/{}", "delivery-partners", "delivery-partners/{}", "partnerships", "partnerships/{}"),
    *("partnerships/bulk", "participants", "participants/{}", "participants/{}/withdraw", "participants/{}/defer"),
    *("participants/{}/resume", "participants/{}/change-schedule", "participants/transfers"),
    *("participants/{}/transfers", "unfunded-mentors", "unfunded-mentors/{}", "expressions-of-interest"),
    *("expressions-of-interest/{}", "changes"),
}


@pytest.mark.rule("API-1.3")
@pytest.mark.rule("API-25.2")
def test_there_are_the_addresses_of_the_contract_and_no_others() -> None:
    assert {re.sub(r"\{\w+\}", "{}", path).removeprefix("/api/v3/") for path in DOCUMENT["paths"]} == PATHS


@pytest.mark.rule("API-1.5")
def test_the_api_decides_and_writes_nothing_by_itself() -> None:
    api = modules(APP / "api")
    assert len(api) > 10
    found = {text for module in api for text in module.texts() if re.search(r"\b(SELECT|INSERT|UPDATE|DELETE) ", text)}
    assert found == set()


@pytest.mark.rule("API-6.5")
def test_whatever_the_database_refuses_in_training_has_a_sentence() -> None:
    known = {(refusal.field, refusal.code) for refusal in GUARDED.values()}
    assert known <= set(DETAILS)
    training = (
        "one_ect_training",
        "one_mentor_training",
        "training_inside",
        "paired",
        "schedule_agrees",
        "partnership",
    )
    for constraint, (code, field) in GUARDS.items():
        if constraint.startswith(training):
            assert (field, code) in GUARDED or (field, code) in DETAILS, constraint


@pytest.mark.rule("API-6.2")
@pytest.mark.parametrize(("field", "code"), DETAILS)
def test_each_refusal_names_its_field_in_a_sentence(field: str, code: str) -> None:
    text = DETAILS[field, code]
    assert f"'#/{field}'" in text
    assert text.endswith(".")


@pytest.mark.rule("API-24.1")
async def test_the_document_is_open_to_all_in_both_notations(database: None, app: Any) -> None:
    client = Program(app, "").client
    for path in ("/api/docs/v3/openapi.json", "/api/docs/v3/openapi.yaml", "/api/docs/v3/swagger.yaml"):
        answer = await client.get(path)
        found = answer.json() if path.endswith("json") else yaml.load(answer.text, yaml.CSafeLoader)
        assert found == DOCUMENT
        tag = {"If-None-Match": answer.headers["etag"]}
        assert (await client.get(path, headers=tag)).status_code == 304


async def open_page(app: Any, path: str, status: int = 200) -> Any:
    answer = await Program(app, "").client.get(path)
    assert answer.status_code == status
    assert not lint(answer), lint(answer)
    return html.fromstring(answer.text)


@pytest.mark.rule("API-24.4")
async def test_the_page_shows_the_whole_document_without_script(database: None, app: Any) -> None:
    page = await open_page(app, "/api/docs/v3")
    text = " ".join(page.text_content().split())
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            assert f"{method.upper()} {path}" in text
            assert page.get_element_by_id(operation["operationId"]) is not None
            for parameter in operation["parameters"]:
                assert parameter["description"] in text
    assert page.xpath("//*[@id='listSchools-path']/@value") == ["/api/v3/schools?filter[cohort]=2025"]
    for name, schema in SCHEMAS.items():
        shown = page.get_element_by_id(f"shape-{name}").text_content()
        assert all(member in shown for member in schema.get("properties", {}))
    sources = [
        link for link in page.xpath("//script/@src | //link/@href | //img/@src") if not link.startswith("/static/")
    ]
    assert sources == []


@pytest.mark.rule("API-24.5")
async def test_guidance_and_release_notes_are_open_to_all(database: None, app: Any) -> None:
    first = await open_page(app, "/api/guidance")
    for topic in TOPICS:
        assert first.xpath(f"//main//a[@href='/api/guidance/{topic.slug}']")
        assert (await open_page(app, f"/api/guidance/{topic.slug}")).xpath("//h1")[0].text_content() == topic.title
    listed = await open_page(app, "/api/guidance/release-notes")
    assert [note.on for note in RELEASES] == sorted((note.on for note in RELEASES), reverse=True)
    for note in RELEASES:
        assert listed.xpath(f"//main//a[@href='/api/guidance/release-notes/{note.slug}']")
        assert set(note.tags) <= {"breaking-change", "new-feature", "new-field", "data-update"}
        page = await open_page(app, f"/api/guidance/release-notes/{note.slug}")
        assert note.environment in page.text_content()
    feed = etree.fromstring((await Program(app, "").client.get("/api/guidance/release-notes.atom")).content)
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == len(RELEASES)
    for path in ("/api/guidance/nothing", "/api/guidance/release-notes/nothing"):
        await open_page(app, path, 404)


async def example_world(world: World) -> dict[str, str]:
    """Make what the examples of the guidance speak of; returns their ids and the ids there are."""
    with on(date(2025, 9, 1)):
        birch = await factories.partnership(world.birch, world.acts.larch, world.acts.elder)
        await factories.schedule(2025, "ecf-extended-september")
        stay = await factories.ect(world.birch, "Priya Patel")
        await factories.training(stay, world.acts.larch, birch)
        await settled()
    (row,) = await fetch("SELECT public_id FROM teacher WHERE id = $1", stay.teacher.id)
    return {
        examples.SCHOOL_ID: str(world.acts.ash.public_id),
        examples.PARTNER_ID: str(world.acts.dogwood.public_id),
        examples.PARTNERSHIP_ID: str(birch["public_id"]),
        examples.PARTICIPANT_ID: str(row["public_id"]),
    }


@pytest.mark.rule("API-24.5")
async def test_every_example_of_the_guidance_answers_what_it_says(world: World, app: Any) -> None:
    ids = await example_world(world)
    ran = 0
    for topic in TOPICS:
        page = await open_page(app, f"/api/guidance/{topic.slug}")
        for shown in page.xpath("//pre[@data-method]"):
            path, body = shown.get("data-path"), "".join(shown.xpath(".//*[@data-body]//text()"))
            for example, real in ids.items():
                path, body = path.replace(example, real), unescape(body).replace(example, real)
            more = {"content": body} if body else {}
            answer = await world.larch.call(shown.get("data-method"), path.removeprefix("/api/v3"), **more)
            check_answer(answer)
            assert answer.status_code == int(shown.get("data-status")), (path, answer.text)
            ran += 1
    assert ran >= 20
