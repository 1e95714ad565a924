"""The ways in: what a method is, what becomes of somebody who uses it, and what DfE Sign-in is asked (ACC-2.1).

Nothing a sign-in system does is an exception: each method of a port returns one of a closed set of outcomes,
which callers match exhaustively (EXT-1.1).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from app.terms import FailureCause

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

DFE_SIGN_IN = "dfe_sign_in"
EMAIL_LINK = "email_link"
STAFF_DFE = "staff_dfe"
STAFF_CODE = "staff_code"
BY_DFE_SIGN_IN = frozenset({DFE_SIGN_IN, STAFF_DFE})
"""The methods that end at DfE Sign-in too, when somebody signs out (ACC-4.14)."""


@dataclass(frozen=True)
class SignInMethod:
    """A way in as the sign-in page offers it."""

    id: str
    audience: Literal["school", "staff"]
    name: str
    hint: str
    first_page: str
    """Where it begins."""


METHODS = (
    SignInMethod(
        DFE_SIGN_IN,
        "school",
        "DfE Sign-in",
        "Use this if your school’s approver has given you this service at DfE Sign-in.",
        "/sign-in/dfe",
    ),
    SignInMethod(
        EMAIL_LINK,
        "school",
        "Email link",
        "Use this if your school has named you and you got an email that says so.",
        "/sign-in/email",
    ),
    SignInMethod(
        STAFF_DFE,
        "staff",
        "DfE Sign-in",
        "Use this if you have this service at DfE Sign-in and a staff account with the same address.",
        "/staff/sign-in/dfe",
    ),
    SignInMethod(
        STAFF_CODE,
        "staff",
        "Email code",
        "We will send a code to your work email address.",
        "/staff/sign-in/email",
    ),
)
"""Every method with a page of its own, in the order in which they are offered (ACC-2.6)."""


def offered(audience: str, on: Collection[str], paused: Collection[str] = ()) -> tuple[SignInMethod, ...]:
    """Return the methods that are on and not paused, in their order (ACC-2.5, ACC-2.6)."""
    return tuple(one for one in METHODS if one.audience == audience and one.id in on and one.id not in paused)


@dataclass(frozen=True)
class TryAgain:
    """It came to nothing; the reason is a word for logs, never shown."""

    reason: str


@dataclass(frozen=True)
class Unavailable:
    """The other side gave no answer that can be used."""

    cause: FailureCause
    retry_after: int = 60
    """Seconds."""


@dataclass(frozen=True)
class Organisation:
    """An organisation as DfE Sign-in knows it; the id is a UUID in lower case, the URN five to seven digits."""

    id: str
    name: str
    urn: str | None = None


@dataclass(frozen=True)
class Flow:
    """What one attempt needs again when the person comes back (ACC-4.2)."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True)
class Redirect:
    """Send the browser there."""

    url: str = field(repr=False)


@dataclass(frozen=True)
class LocalOnly:
    """Signing out at the other side is not possible just now."""


@dataclass(frozen=True)
class Identified:
    """Who came back, and for which organisation."""

    subject: str = field(repr=False)
    email: str = field(repr=False)
    name: str = field(repr=False)
    organisation: Organisation | None
    id_token: str = field(repr=False)


BeginOutcome: TypeAlias = Redirect | Unavailable
CompleteOutcome: TypeAlias = Identified | TryAgain | Unavailable


class SignInProvider(Protocol):
    """DfE Sign-in as the one who says who somebody is (EXT section 3)."""

    async def begin(self, flow: Flow) -> BeginOutcome:
        """Return where the browser goes to sign in."""
        ...

    async def complete(self, parameters: Mapping[str, str], flow: Flow) -> CompleteOutcome:
        """Return who came back with these parameters of the callback."""
        ...

    async def end(self, id_token: str) -> Redirect | LocalOnly:
        """Return where the browser goes to sign out there too (ACC-4.14)."""
        ...


@dataclass(frozen=True)
class Has:
    """The person has these roles for the service at that organisation."""

    codes: frozenset[str]


@dataclass(frozen=True)
class HasNot:
    """The person may not use the service for that organisation."""


RoleOutcome: TypeAlias = Has | HasNot | Unavailable
"""`Unavailable(misconfigured)` is a refusal of our own key (ACC-4.10)."""


class RoleDirectory(Protocol):
    """DfE Sign-in as the one who says which roles somebody has (EXT section 3)."""

    async def role(self, subject: str, organisation: str) -> RoleOutcome:
        """Return the active roles of a person at an organisation, named by its UUID (ACC-4.8, ACC-4.9)."""
        ...

    async def organisations(self, subject: str) -> tuple[Organisation, ...]:
        """Return every organisation of a person; none on any failure (ACC-4.11)."""
        ...


def said_of_paused(paused: Mapping[str, str], ways: frozenset[str]) -> tuple[str, ...]:
    """Return what staff say of the ways in that they have paused, each by its name (ACC-2.5)."""
    return tuple(f"{one.name}: {paused[one.id]}" for one in METHODS if one.id in ways and paused.get(one.id))
