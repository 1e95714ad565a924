"""Traces and errors for systems outside, both off unless a setting names one (OPS-5).

What leaves here is made by hand from words of ours: patterns of addresses, names of functions, systems and jobs, types
of exceptions and places in the source, request ids. No address, header, body, text of an exception, statement or value
of one is ever given to the libraries, whose own instruments stay unused.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from app import logs, spans
from app.meters import METHODS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.settings import Settings

SERVICE = "register-early-career-teachers"
SERVER_FAULTS = 500
OURS = "register."
KEPT_FIELDS = ("request_id", "what")
EVENT_PARTS = ("event_id", "timestamp", "platform", "level", "logger", "release", "environment")
"""Of what the library adds to an event, what may leave; the rest is ours."""
FLUSH_SECONDS = 2


@contextmanager
def telling(chosen: Settings) -> Iterator[None]:
    """Send what the settings name a place for while the body runs, and then what is left."""
    with ExitStack() as stack:
        if chosen.traces_endpoint:
            stack.enter_context(_traces(chosen))
        if chosen.error_collector_dsn is not None:
            stack.enter_context(_errors(chosen, chosen.error_collector_dsn.get_secret_value()))
        yield


@contextmanager
def _traces(chosen: Settings) -> Iterator[None]:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - only if wanted
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    about = {"service.name": SERVICE, "service.version": chosen.build, "deployment.environment": chosen.environment}
    provider = TracerProvider(resource=Resource(about))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=chosen.traces_endpoint)))
    tracer = provider.get_tracer(SERVICE)

    @contextmanager
    def begin(name: str) -> Iterator[Any]:
        # The library would take the text of an exception along.
        with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as span:
            try:
                yield span
            except BaseException as fault:
                _failed(span, type(fault).__qualname__)
                raise

    spans.trace_with(begin)
    try:
        yield
    finally:
        spans.trace_with(None)
        provider.shutdown()


def _failed(span: Any, kind: str) -> None:
    from opentelemetry.trace import StatusCode  # noqa: PLC0415

    span.set_status(StatusCode.ERROR)
    span.set_attribute("error.type", kind)


class Traced:
    """Around the whole application: one span for each request, named after method and route."""

    def __init__(self, inner: Any, route_of: Callable[[str, str], str]) -> None:
        self.inner = inner
        self.route_of = route_of

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        route = self.route_of(scope["path"], "GET" if method == "HEAD" else method)
        with spans.span(f"{method} {route}") as span:
            span.set_attributes({"http.request.method": method, "http.route": route})  # type: ignore[attr-defined]

            async def noted(message: Any) -> None:
                if message["type"] == "http.response.start":
                    _note_answer(span, message)
                await send(message)

            await self.inner(scope, receive, noted)


def _note_answer(span: Any, message: Any) -> None:
    status = message["status"]
    span.set_attribute("http.response.status_code", status)
    request_id = dict(message.get("headers", ())).get(b"x-request-id", b"")
    span.set_attribute("request_id", request_id.decode("latin-1"))
    if status >= SERVER_FAULTS:
        _failed(span, str(status))


@contextmanager
def _errors(chosen: Settings, dsn: str) -> Iterator[None]:
    import sentry_sdk  # noqa: PLC0415 - only if wanted

    client = sentry_sdk.Client(
        dsn,
        release=chosen.build,
        environment=chosen.environment,
        default_integrations=False,
        auto_enabling_integrations=False,
        max_breadcrumbs=0,
        send_client_reports=False,
        include_local_variables=False,
        include_source_context=False,
        before_send=lambda event, _: only_ours(event),
    )
    handler = Errors(client.capture_event)
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
        client.close(timeout=FLUSH_SECONDS)


class Errors(logging.Handler):
    """Tells every fault and alarm of the log, by what the log line itself may say."""

    def __init__(self, tell: Callable[[Any], object]) -> None:
        super().__init__(logging.ERROR)
        self.tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Tell one; what others log may hold anything, so of theirs only who logged it and the exception's type."""
        try:
            self.tell(event_of(record))
        except Exception:  # noqa: BLE001 - telling an error must not make another
            self.handleError(record)


def event_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return what is told of a log line."""
    fields = getattr(record, "fields", None)
    known = dict(fields) if isinstance(fields, dict) else {}
    if record.exc_info and record.exc_info[1] is not None:
        known |= logs.described(record.exc_info[1])
    tags = {name: str(known[name]) for name in KEPT_FIELDS if known.get(name)}
    tags.setdefault("request_id", logs.request_id.get() or "none")
    is_ours = record.name.startswith(OURS)
    # What is put into our own messages may be a name; the message as it stands in the source is a word of ours.
    told = {"logger": record.name, "level": "error", "tags": tags, "message": str(record.msg) if is_ours else ""}
    kinds = [str(kind) for kind in known.get("error", ())]
    frames = [_frame(str(place)) for place in known.get("frames", ())]
    if kinds:
        told["exception"] = {"values": [{"type": kinds[0], "stacktrace": {"frames": frames}}]}
        told["extra"] = {"causes": kinds[1:]}
    return told


def _frame(place: str) -> dict[str, Any]:
    where, _, function = place.partition(" ")
    file, _, line = where.rpartition(":")
    return {"filename": file, "lineno": int(line) if line.isdigit() else 0, "function": function}


def only_ours(event: Any) -> Any:
    """Return an event without anything that the library found out by itself."""
    ours = ("tags", "message", "exception", "extra")
    return {name: event[name] for name in (*EVENT_PARTS, *ours) if name in event}
