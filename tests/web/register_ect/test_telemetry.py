"""What leaves for systems that collect traces and errors: words and ids of ours, and nothing by default (OPS-5)."""

from __future__ import annotations

import gzip
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import brotli
import msgspec
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import SecretStr

from app import logs, spans
from app.db.transaction import transaction
from app.jobs.job_runs import note_schedule, run_job
from app.jobs.schedule import PeriodicJob
from app.settings import Settings
from app.telemetry import Traced, event_of, only_ours, telling
from app.web.middleware import routes_of
from tests.web.conftest import browser_of
from tests.web.register_ect.conftest import CLOCK, make_world
from tests.web.register_ect.walking import Walker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.web.register_ect.conftest import Outside

PERSONAL = (
    "priya",
    "patel",
    "9900001",
    "alice",
    "archer",
    "ash.example",
    "1996",
    "100001",
    "select ",
    "insert ",
    "http:",
)

UNPACK = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}


class Collector:
    """Takes whatever is sent to it."""

    def __init__(self) -> None:
        self.bodies: dict[str, list[bytes]] = {}
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                body = UNPACK[self.headers.get("content-encoding", "")](body)
                collector.bodies.setdefault(self.path, []).append(body)
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def settings(self) -> Settings:
        place = f"127.0.0.1:{self.server.server_port}"
        return Settings(
            traces_endpoint=f"http://{place}/v1/traces", error_collector_dsn=SecretStr(f"http://key@{place}/7")
        )

    def spans(self) -> list[Any]:
        found = []
        for body in self.bodies.get("/v1/traces", ()):
            request = ExportTraceServiceRequest.FromString(body)
            found += [span for one in request.resource_spans for scope in one.scope_spans for span in scope.spans]
        return found

    def everything(self) -> str:
        return b" ".join(body for bodies in self.bodies.values() for body in bodies).decode("utf-8", "replace").lower()

    def errors(self) -> list[dict[str, Any]]:
        found = []
        for body in self.bodies.get("/api/7/envelope/", ()):
            lines = [msgspec.json.decode(line) for line in body.splitlines() if line]
            found += [item for kind, item in zip(lines[1::2], lines[2::2], strict=True) if kind["type"] == "event"]
        return found


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.server.shutdown()
    made.server.server_close()


def value(attribute: Any) -> Any:
    return getattr(attribute.value, attribute.value.WhichOneof("value"))


@pytest.mark.rule("OPS-5", "SEC-32")
async def test_a_traced_registration_names_routes_operations_and_systems_and_nobody(
    committed_database: str, outside: Outside, app: Any, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "asgi_handler", Traced(app.asgi_handler, routes_of(app)))
    with telling(collector.settings):
        await make_world()
        alice = browser_of(app, headers=CLOCK)
        await alice.sign_in("100001")
        await Walker(alice).register()
        await alice.get("/school/ects?q=Priya")
        await alice.get("/nowhere/priya-patel")
        await alice.client.request("PRIYA", "/")
    await alice.client.aclose()
    found = {span.name: span for span in collector.spans()}
    step = found["POST /school/register-ect/{draft_id}/{step}"]
    said = {one.key: value(one) for one in step.attributes}
    assert said.pop("request_id")
    assert said == {
        "http.request.method": "POST",
        "http.route": "/school/register-ect/{draft_id}/{step}",
        "http.response.status_code": 303,
    }
    assert {"GET /school/ects", "GET /{unmatched}", "OTHER /{unmatched}"} <= found.keys()
    operation = found["registration.registering.register_ect.register_ect"]
    asked = next(span for name, span in found.items() if name.startswith("trs "))
    outer = found["web.journeys.submit_locked"]
    assert operation.parent_span_id == outer.span_id
    requests = {span.span_id: span for span in collector.spans() if not span.parent_span_id}
    assert requests[outer.parent_span_id].name == step.name
    assert asked.parent_span_id
    assert [word for word in PERSONAL if word in collector.everything()] == []
    assert not any(span.events for span in collector.spans()), "the library would note texts of exceptions there"


@pytest.mark.rule("OPS-5")
async def test_a_fault_is_told_by_type_place_and_request_and_not_by_its_words(
    database: None, collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> int:
        raise LookupError("Priya Patel, born 1996")

    job = PeriodicJob("fails", "* * * * *", "tests", "nothing", fail)
    with telling(collector.settings):
        await note_schedule([job])
        with pytest.raises(LookupError):
            await run_job(job)
        token = logs.request_id.set("a1b2")
        try:
            int("Priya Patel")
        except ValueError as fault:
            logs.log_fault(fault, "a1b2")
            logging.getLogger("library").exception("Priya Patel at http://ash.example")
        logs.raise_alarm("api_limit_not_counted")
        logs.request_id.reset(token)
    fault, library, alarm = collector.errors()
    assert fault["tags"] == {"request_id": "a1b2"}
    (told,) = fault["exception"]["values"]
    assert (told["type"], set(told)) == ("builtins.ValueError", {"type", "stacktrace"})
    assert told["stacktrace"]["frames"][-1]["filename"] == "tests/web/register_ect/test_telemetry.py"
    assert (library["logger"], library["message"]) == ("library", "")
    assert (alarm["message"], alarm["tags"]["what"]) == ("api_limit_not_counted", "api_limit_not_counted")
    assert {name for event in collector.errors() for name in event} <= {
        *("event_id", "timestamp", "platform", "level", "logger", "release", "environment"),
        *("tags", "message", "exception", "extra"),
    }
    (span,) = [span for span in collector.spans() if span.name == "fails"]
    assert {one.key: value(one) for one in span.attributes} == {"error.type": "LookupError"}
    assert [word for word in PERSONAL if word in collector.everything()] == []


@pytest.mark.rule("OPS-5")
async def test_by_default_nothing_is_traced_told_or_loaded(database: None) -> None:
    before = logging.getLogger().handlers[:]
    with telling(Settings()):
        assert logging.getLogger().handlers == before
        assert spans._begin is None
        assert spans.span("anything") is spans.operation()
        async with transaction():
            pass


@pytest.mark.rule("OPS-5")
def test_what_the_library_finds_out_by_itself_is_left_behind() -> None:
    event = {"message": "x", "server_name": "web-1", "modules": {}, "contexts": {}, "request": {"url": "y"}, "user": {}}
    assert only_ours(event) == {"message": "x"}
    record = logging.LogRecord("register.request", logging.ERROR, __file__, 1, "for %s", ("Priya",), None)
    record.fields = {"school": "Ash", "request_id": "a1"}
    assert event_of(record)["tags"] == {"request_id": "a1"}
    assert event_of(record)["message"] == "for %s"


@pytest.mark.rule("OPS-5", "OPS-1")
def test_a_setting_without_its_packages_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.settings.find_spec", lambda _: None)
    with pytest.raises(ValueError, match="TRACES_ENDPOINT needs the packages of requirements-telemetry"):
        Settings(traces_endpoint="http://127.0.0.1/v1/traces")
    with pytest.raises(ValueError, match="ERROR_COLLECTOR_DSN needs"):
        Settings(error_collector_dsn=SecretStr("http://key@127.0.0.1/7"))
    with pytest.raises(ValueError, match="TRACES_ENDPOINT is not an address"):
        Settings(traces_endpoint="collector")
