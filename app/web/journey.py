"""What describes one journey to the controller: its address, questions, facts, operation and wording."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from uuid import UUID

    from litestar import Request, Response

    from app.db.documents import Wanted
    from app.drafts.store import Draft
    from app.events.queries import Entry
    from app.journeys.engine import JourneyFunction, Question, Row, Walk
    from app.terms import DraftKind
    from app.values import Form
    from app.web.journey_pages import ConfirmationPage
    from app.web.session import Here

F = TypeVar("F")
C = TypeVar("C")


@dataclass(frozen=True)
class Asked(Generic[F]):
    """One request to a page of a journey: who asks, the draft, and where the walk stands."""

    journey: Journey[F, Any]
    request: Request[Any, Any, Any]
    here: Here
    draft: Draft
    facts: F
    walked: Walk


@dataclass(frozen=True)
class Refusal:
    """Where a refusal of the operation leads, and what is said there (DRF-12)."""

    slug: str
    message: str


@dataclass(frozen=True)
class Journey(Generic[F, C]):
    """Everything particular to one journey.

    base: its address; steps lie below `{base}/{draft_id}/`. starts: whether a start page makes the draft (DRF-02);
    otherwise the first good answer does. load: the facts; refresh: what outside systems must say again before a
    submit, outside any transaction, None or an answer; lock: what the submit serialises on; perform: the operation.
    asides: pages beside the path that are reached by a link, slug to the slug of the page that holds the link.
    about: the stay or other row that every draft of it belongs to. seen: label and words of the value on record, which
    the draft remembers and the submit compares; last_change: who changed it (CON-01). cancel, cancel_text: where
    giving up leads, and the words for that. asks: a question of the check page itself, whose answer is kept under
    `check-answers` and read by `load`. reload: the pages whose answers `load` looks at, and how the facts follow such
    an answer; None where any does, which loads them anew. beside: what is read with the draft, in one statement:
    `load` is given it after the draft and who asks.
    """

    name: str
    base: str
    kind: DraftKind
    path: JourneyFunction[F, C]
    load: Callable[..., Awaitable[F]]
    perform: Callable[[C, F, Here], Awaitable[Mapping[str, Any]]]
    rows: Callable[[Walk, F], list[Row]]
    check_title: str
    check_button: str
    templates: str
    confirmation: Callable[[Mapping[str, Any], Here], Awaitable[ConfirmationPage]]
    exits: Mapping[str, str]
    subject: Callable[[F, Walk], str] = lambda _facts, _walk: ""
    notices: Callable[[Walk, F, Here], Sequence[str]] = lambda _walk, _facts, _here: ()
    refresh: Callable[[Asked[F]], Awaitable[Response[str] | None]] | None = None
    lock: Callable[[C], Awaitable[None]] | None = None
    # slug -> what its page does with a good answer beyond storing it: an answer of its own, None to store, or Invalid
    hooks: Mapping[str, Callable[[Asked[F], Form], Awaitable[Response[str] | None]]] = field(default_factory=dict)
    exit_hooks: Mapping[str, Callable[[Asked[F], Form], Awaitable[Response[str]]]] = field(default_factory=dict)
    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    asides: Mapping[str, str] = field(default_factory=dict)
    starts: bool = False
    cancel: str = ""
    cancel_text: str = "Cancel and go back"
    asks: Callable[[Walk, F], Question[Any] | None] = lambda _walk, _facts: None
    reload: Mapping[str, Callable[[F, Draft, Here], Awaitable[F]]] | None = None
    beside: Callable[[UUID, Here], tuple[Wanted[Any], ...]] = lambda _draft_id, _here: ()
    about: int | None = None
    seen: Callable[[F], Mapping[str, str]] | None = None
    last_change: Callable[[Here], Awaitable[Entry | None]] | None = None

    def at(self, draft_id: UUID, slug: str) -> str:
        """Return the address of a page of a draft."""
        return f"{self.base}/{draft_id}/{slug}"
