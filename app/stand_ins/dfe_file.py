"""The file of the `dfe-sign-in` stand-in: its client, its people and their organisations (EXT-6.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from app.stand_ins.faults import COMMON, Fault
from app.stand_ins.files import Mistakes, Part, Text, check

if TYPE_CHECKING:
    from datetime import date

CLIENT_ID = "register"
SECRET = "stand-in-dfe-sign-in-secret"  # noqa: S105 - opens nothing but the stand-in
API_SECRET = "stand-in-dfe-sign-in-api-secret"  # noqa: S105 - likewise
OWN_ADDRESS = "http://127.0.0.1:8000"
CALLBACKS = ("session_expired", "no_parameters", "consent_denied", "access_denied")
TOKENS = (
    *("wrong_iss", "wrong_aud", "two_aud", "wrong_nonce", "no_nonce", "wrong_sub", "expired", "future"),
    *("wrong_kid", "wrong_key", "alg_none", "alg_hs256", "wrong_at_hash"),
    *("rotate_keys", "empty_organisation", "organisation_in_userinfo_only"),
)
ANSWERS = (*COMMON, *CALLBACKS, *TOKENS)
_OPERATION = dict.fromkeys(CALLBACKS, "authorise") | dict.fromkeys(TOKENS, "token")


def _uuid(value: str) -> str:
    try:
        UUID(value)
    except ValueError:
        raise ValueError("not a UUID") from None
    return value


Id = Annotated[Text, AfterValidator(_uuid)]


class Client(Part):
    """The one service that is registered."""

    id: Text = CLIENT_ID
    secret: Text = SECRET
    api_secret: Text = API_SECRET
    redirect_uris: list[Text] = Field(default_factory=lambda: [f"{OWN_ADDRESS}/sign-in/dfe/callback"])
    post_logout_redirect_uris: list[Text] = Field(default_factory=lambda: [f"{OWN_ADDRESS}/signed-out"])


class Organisation(Part):
    """An organisation of a person, and what they may do there; without roles the role check finds nothing."""

    id: Id
    name: Text
    urn: Text | None = None
    category: Text = "001"
    roles: list[Text] = Field(default_factory=list)
    role_status: int | None = 1


class User(Part):
    """Somebody who can sign in."""

    sub: Text
    email: Text
    given_name: Text
    family_name: Text
    organisations: list[Organisation] = Field(default_factory=list)

    def organisation(self, wanted: str) -> Organisation | None:
        """Return one of their organisations, named by id or URN."""
        return next(
            (one for one in self.organisations if wanted and wanted.lower() in {one.id.lower(), one.urn or ""}), None
        )


class File(Part):
    """The whole file."""

    format: int = Field(ge=1, le=1)
    client: Client = Client()
    users: list[User]
    faults: list[Fault] = Field(default_factory=list)


class _Faults(Part):
    faults: list[Fault]


def read_users(content: object, as_of: date) -> File:
    """Read a file; raises Mistakes with every one."""
    file, mistakes = check(File, content, as_of)
    if isinstance(file, File):
        mistakes += [*_repeated(file), *_unknown(file.faults)]
    if not isinstance(file, File) or mistakes:
        raise Mistakes(mistakes)
    return file.model_copy(update={"faults": _bound(file.faults)})


def read_faults(content: object, as_of: date) -> list[Fault]:
    """Read a list of faults; raises Mistakes with every one."""
    read, mistakes = check(_Faults, {"faults": content}, as_of)
    if isinstance(read, _Faults):
        mistakes += _unknown(read.faults)
    if not isinstance(read, _Faults) or mistakes:
        raise Mistakes(mistakes)
    return _bound(read.faults)


def _repeated(file: File) -> list[str]:
    seen: set[str] = set()
    repeated = []
    for number, user in enumerate(file.users):
        for name in ("sub", "email"):
            value = getattr(user, name).lower()
            if value in seen:
                repeated.append(f"users[{number}].{name}: given twice")
            seen.add(value)
    return repeated


def _unknown(faults: list[Fault]) -> list[str]:
    return [
        f"faults[{number}].answer: not one of {', '.join(ANSWERS)}"
        for number, fault in enumerate(faults)
        if fault.answer is not None and fault.answer not in ANSWERS
    ]


def _bound(faults: list[Fault]) -> list[Fault]:
    """Let a fault that spoils one kind of answer meet requests for that alone."""
    return [_bind(fault) for fault in faults]


def _bind(fault: Fault) -> Fault:
    operation = _OPERATION.get(fault.answer or "")
    if operation is None or fault.match.operation is not None:
        return fault
    return fault.model_copy(update={"match": fault.match.model_copy(update={"operation": operation})})
