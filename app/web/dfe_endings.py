"""How an attempt at DfE Sign-in can end, and the page that says so (ACC-4.10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from litestar import Request, Response
from litestar.exceptions import NotFoundException

from app.access.sign_in import DFE_SIGN_IN, STAFF_DFE
from app.terms import FailureCause, Word
from app.web.page import page

if TYPE_CHECKING:
    from app.access.sign_in import Organisation, RoleDirectory, SignInProvider
    from app.settings import Settings

AnyRequest = Request[Any, Any, Any]
RETRY_SECONDS = "60"
BEGINS = {DFE_SIGN_IN: "/sign-in/dfe", STAFF_DFE: "/staff/sign-in/dfe"}
"""Where each method begins, and begins again."""


class Ending(Word):
    """How an attempt ended, with its status."""

    SIGN_IN_AGAIN = "sign_in_again"
    CANCELLED = "cancelled"
    PROVIDER_DOWN = "provider_down"
    MISCONFIGURED = "misconfigured"
    UNCHECKED = "unchecked"
    NO_ORGANISATION = "no_organisation"
    NOT_A_SCHOOL = "not_a_school"
    UNKNOWN_SCHOOL = "unknown_school"
    NO_ROLE = "no_role"
    NOT_STAFF = "not_staff"

    @property
    def status(self) -> int:
        """Return the status of its page (ACC-4.10)."""
        return (
            400 if self is Ending.SIGN_IN_AGAIN else 200 if self is Ending.CANCELLED else 503 if self in _DOWN else 403
        )


_DOWN = {Ending.PROVIDER_DOWN, Ending.MISCONFIGURED, Ending.UNCHECKED}


@dataclass(frozen=True)
class DfESignIn:
    """The two ports to DfE Sign-in, as the application's state holds them."""

    provider: SignInProvider
    directory: RoleDirectory


@dataclass(frozen=True)
class EndingPage:
    """How an attempt ended; organisation and URN where they are known."""

    ending: Ending
    organisation: str = ""
    urn: str = ""
    services: str = ""
    """The address of DfE Sign-in's own pages."""
    email_link: bool = False
    again: str = BEGINS[DFE_SIGN_IN]
    """Where to try once more."""


def dfe_sign_in_of(request: AnyRequest) -> DfESignIn:
    """Return the ports; raises NotFoundException where nobody signs in there."""
    ports: DfESignIn | None = request.app.state.dfe_sign_in
    if ports is None:
        raise NotFoundException
    return ports


def services_page(settings: Settings) -> str:
    """Return where people look after their account, beside the address they sign in at."""
    parts = urlsplit(settings.issuer)
    name = (parts.hostname or "").replace("oidc.", "services.", 1)
    return f"{parts.scheme}://{name}" if "services." in name else settings.issuer


def ending_page(
    request: AnyRequest, ending: Ending, organisation: Organisation | None = None, method: str = DFE_SIGN_IN
) -> Response[str]:
    """Show how an attempt by one of the two methods ended (ACC-4.10, ACC-7.6)."""
    settings: Settings = request.app.state.settings
    context = EndingPage(
        ending,
        organisation.name if organisation else "",
        (organisation.urn or "") if organisation else "",
        services_page(settings),
        method == DFE_SIGN_IN and "email_link" in settings.methods,
        BEGINS[method],
    )
    headers = {"Retry-After": RETRY_SECONDS} if ending in _DOWN else None
    return page(request, "public/dfe-sign-in.html", context, status=ending.status, headers=headers)


def unavailable(request: AnyRequest, cause: FailureCause, method: str = DFE_SIGN_IN) -> Response[str]:
    """Say that the other side gave no answer; a refusal of our own key is a fault of ours (ACC-4.10)."""
    fault_of_ours = cause is FailureCause.MISCONFIGURED
    return ending_page(request, Ending.MISCONFIGURED if fault_of_ours else Ending.UNCHECKED, method=method)
