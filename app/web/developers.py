"""Pages for whoever writes programs for lead providers: the API's document, its guidance, what is new (API-24)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - read at run time

from app.web.page import page
from app.web.policies import file_route, public_page

AnyRequest = Request[Any, Any, Any]
METHODS = ("get", "post", "put")


@dataclass(frozen=True)
class Member:
    """A member of an object, or a parameter: its name, what it holds, and whether it must or will be there."""

    name: str
    kind: str
    description: str = ""
    required: bool = False
    addition: bool = False


@dataclass(frozen=True)
class Shape:
    """An object of the document."""

    name: str
    description: str
    members: tuple[Member, ...]
    example: str = ""


@dataclass(frozen=True)
class Answer:
    """One status that an operation may answer."""

    status: str
    description: str
    codes: tuple[str, ...] = ()
    shape: str = ""


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    id: str
    method: str
    path: str
    summary: str
    addition: bool
    parameters: tuple[Member, ...]
    answers: tuple[Answer, ...]
    body: str = ""
    body_example: str = ""
    answer_example: str = ""
    path_names: tuple[str, ...] = ()
    to_try: str = ""
    """The address with an example of each parameter that a query must have."""


@dataclass(frozen=True)
class Group:
    """Operations under one heading."""

    name: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True)
class DocumentPage:
    """The whole document."""

    description: tuple[str, ...]
    server: str
    groups: tuple[Group, ...]
    shapes: tuple[Shape, ...]


def _name(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def kind_of(schema: dict[str, Any]) -> str:
    """Say in words what a schema admits."""
    if "$ref" in schema:
        return _name(schema)
    if "anyOf" in schema or "oneOf" in schema:
        return " or ".join(kind_of(each) for each in schema.get("anyOf") or schema["oneOf"])
    kinds = schema.get("type", "anything")
    said = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if schema.get("type") == "array":
        said = f"list of {kind_of(schema.get('items', {}))}"
    if "format" in schema:
        said += f", {schema['format']}"
    if "enum" in schema:
        said += ": " + ", ".join(str(word) for word in schema["enum"] if word is not None)
    return said


def _example(document: dict[str, Any], name: str) -> str:
    examples = document["components"]["schemas"].get(name, {}).get("examples")
    return json.dumps(examples[0], indent=2, ensure_ascii=False) if examples else ""


def _shape(name: str, schema: dict[str, Any]) -> Shape:
    required = set(schema.get("required", ()))
    members = tuple(
        Member(member, kind_of(inner), required=member in required)
        for member, inner in schema.get("properties", {}).items()
    )
    return Shape(name, schema.get("description", "") or kind_of(schema), members)


def _answer(status: str, answer: dict[str, Any]) -> Answer:
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    items = schema.get("properties", {}).get("errors", {}).get("items", {})
    codes = items.get("properties", {}).get("code", {}).get("enum", ())
    return Answer(status, answer["description"], tuple(codes), _name(schema))


def _operation(document: dict[str, Any], path: str, method: str, found: dict[str, Any]) -> Operation:
    body = found.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    shared = document["components"]["responses"]
    answers = tuple(
        _answer(status, shared[_name(answer)] if "$ref" in answer else answer)
        for status, answer in found["responses"].items()
    )
    needed = [
        f"{each['name']}={each['example']}"
        for each in found["parameters"]
        if each["in"] == "query" and each["required"]
    ]
    return Operation(
        id=found["operationId"],
        method=method.upper(),
        path=path,
        summary=found["summary"],
        addition=bool(found.get("x-addition")),
        parameters=tuple(
            Member(
                each["name"],
                f"{each['in']}: {kind_of(each['schema'])}",
                each["description"],
                required=each["required"],
                addition=bool(each.get("x-addition")),
            )
            for each in found["parameters"]
        ),
        answers=answers,
        body=_name(body),
        body_example=_example(document, _name(body)),
        answer_example=_example(document, answers[0].shape),
        path_names=tuple(each["name"] for each in found["parameters"] if each["in"] == "path"),
        to_try=path + ("?" + "&".join(needed) if needed else ""),
    )


def page_of(document: dict[str, Any]) -> DocumentPage:
    """Return everything that the document says, in the order of its headings."""
    every = [
        (found["tags"][0], _operation(document, path, method, found))
        for path, methods in document["paths"].items()
        for method, found in methods.items()
        if method in METHODS
    ]
    groups = tuple(
        Group(tag["name"], tuple(operation for name, operation in every if name == tag["name"]))
        for tag in document["tags"]
    )
    shapes = tuple(_shape(name, schema) for name, schema in document["components"]["schemas"].items())
    description = tuple(document["info"]["description"].split("\n\n"))
    return DocumentPage(description, document["servers"][0]["url"], groups, shapes)


@get("/api/docs/v3", opt=public_page())
async def document(request: AnyRequest) -> Response[str]:
    """Show every operation with its shapes and examples, and let it be tried (API-24.4)."""
    return page(request, "public/api/document.html", page_of(request.app.state.api_document()))


@dataclass(frozen=True)
class Topic:
    """A page of the guidance."""

    slug: str
    title: str
    about: str


TOPICS = (
    Topic("connecting", "Connecting and tokens", "Your first call, and how tokens are kept, changed and ended."),
    Topic("staying-in-step", "Paging and staying in step", "How to copy everything once and then follow what changes."),
    Topic(
        "partnerships", "Partnerships and challenges", "Reporting a school, changing the partner, and when it objects."
    ),
    Topic("statuses", "What each status means", "When somebody is joining, active, leaving or left."),
    Topic(
        "actions", "Withdraw, defer, resume and undo", "Telling that training stopped, and taking it back the same day."
    ),
    Topic("schedules", "Schedules and cohorts", "Changing the schedule, the cohort or both."),
    Topic("transfers", "Transfers", "People who move from one school to another."),
    Topic("unfunded-mentors", "Unfunded mentors", "Mentors of your ECTs whom you do not train."),
    Topic("ids-and-merges", "Ids and merges", "What stays the same, and what happens when two records become one."),
    Topic(
        "errors-and-limits", "Errors and limits", "What a refusal looks like, repeating safely, and how often to ask."
    ),
    Topic("test-environment", "Test environment and server date", "Trying things out, also as if it were another day."),
    Topic("glossary", "Glossary", "The words of the API and what schools call them."),
)


@dataclass(frozen=True)
class Release:
    """Something that became different, where and when."""

    slug: str
    title: str
    on: date
    environment: str
    tags: tuple[str, ...]
    text: tuple[str, ...] = field(default=())


RELEASES = (
    Release(
        "version-3",
        "Version 3 is here",
        date(2026, 11, 27),
        "test and live",
        ("new-feature",),
        (
            "Schools, delivery partners, partnerships, participants with actions and transfers, unfunded mentors.",
            "On top of the contract: expressions of interest, a feed of changes, and walks by page[after].",
            "Also on top: up to 500 reports in one call, Idempotency-Key, ETag and compression.",
            "A client that uses nothing of what is on top needs no change.",
        ),
    ),
)
"""Newest first."""


@dataclass(frozen=True)
class GuidancePage:
    """The contents of the guidance."""

    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class TopicPage:
    """One page of it; `server` is where the examples are sent."""

    topic: Topic
    server: str


@get("/api/guidance", opt=public_page())
async def guidance(request: AnyRequest) -> Response[str]:
    """List the pages of the guidance (API-24.5)."""
    return page(request, "public/api/guidance.html", GuidancePage(TOPICS))


@get("/api/guidance/{slug:str}", opt=public_page())
async def topic(request: AnyRequest, slug: FromPath[str]) -> Response[str]:
    """Show a page of the guidance."""
    found = next((each for each in TOPICS if each.slug == slug), None)
    if found is None:
        raise NotFoundException
    server = request.app.state.settings.base_url.rstrip("/")
    return page(request, f"public/api/{found.slug}.html", TopicPage(found, server))


@dataclass(frozen=True)
class ReleasesPage:
    """What became different, newest first."""

    releases: tuple[Release, ...]


@dataclass(frozen=True)
class ReleasePage:
    """One release note."""

    release: Release


@get("/api/guidance/release-notes", opt=public_page())
async def releases(request: AnyRequest) -> Response[str]:
    """List what became different."""
    return page(request, "public/api/release-notes.html", ReleasesPage(RELEASES))


@get("/api/guidance/release-notes/{slug:str}", opt=public_page())
async def release(request: AnyRequest, slug: FromPath[str]) -> Response[str]:
    """Show one release note."""
    found = next((each for each in RELEASES if each.slug == slug), None)
    if found is None:
        raise NotFoundException
    return page(request, "public/api/release-note.html", ReleasePage(found))


@get("/api/guidance/release-notes.atom", opt=file_route(), sync_to_thread=False)
def feed(request: AnyRequest) -> Response[bytes]:
    """Give the release notes to readers of feeds."""
    server = request.app.state.settings.base_url.rstrip("/")
    return Response(atom(RELEASES, server), media_type="application/atom+xml; charset=utf-8")


def atom(notes: tuple[Release, ...], server: str) -> bytes:
    """Return an Atom feed of release notes."""
    root = Element("feed", xmlns="http://www.w3.org/2005/Atom")
    address = f"{server}/api/guidance/release-notes"
    SubElement(root, "title").text = "Lead provider API: release notes"
    SubElement(root, "id").text = address
    SubElement(root, "link", href=f"{address}.atom", rel="self")
    SubElement(root, "updated").text = _noon(notes[0].on)
    SubElement(SubElement(root, "author"), "name").text = "Register early career teachers"
    for note in notes:
        entry = SubElement(root, "entry")
        SubElement(entry, "title").text = note.title
        SubElement(entry, "id").text = f"{address}/{note.slug}"
        SubElement(entry, "link", href=f"{address}/{note.slug}")
        SubElement(entry, "updated").text = _noon(note.on)
        for tag in note.tags:
            SubElement(entry, "category", term=tag)
        SubElement(entry, "content").text = "\n\n".join(note.text)
    made: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _noon(day: date) -> str:
    return f"{datetime.combine(day, time(12), UTC):%Y-%m-%dT%H:%M:%SZ}"


HANDLERS = [document, guidance, topic, releases, release, feed]
