"""Both clients of DfE Sign-in as the settings want them, looked after together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.access.flows import new_flow
from app.access.sign_in import Unavailable
from app.adapters.breaker import CircuitBreaker
from app.adapters.dfe_sign_in import DfESignInClient, Registration, RoleDirectoryClient

if TYPE_CHECKING:
    from pydantic import SecretStr

    from app.adapters.caller import Health
    from app.settings import Settings

NOBODY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class DfESignInClients:
    """The provider and the directory of this process."""

    provider: DfESignInClient
    directory: RoleDirectoryClient

    def health(self) -> dict[str, Health]:
        """Return how each has answered lately (EXT-1.14)."""
        return {"dfe_sign_in": self.provider.health(), "dfe_sign_in_api": self.directory.health()}

    async def faults(self) -> list[str]:
        """Ask each something harmless; returns what is wrong, in words (EXT-1.14)."""
        answers = {
            "DfE Sign-in": await self.provider.begin(new_flow()),
            "DfE Sign-in's public API": await self.directory.role(NOBODY, NOBODY),
        }
        return [f"{name}: it {one.cause.words}." for name, one in answers.items() if isinstance(one, Unavailable)]

    async def close(self) -> None:
        """Close the pooled connections of both."""
        await self.provider.close()
        await self.directory.close()


def dfe_sign_in_clients(chosen: Settings) -> DfESignInClients | None:
    """Make the clients; None while neither schools nor staff sign in there."""
    if not chosen.uses_dfe_sign_in:
        return None
    registration = Registration(
        issuer=chosen.issuer,
        client_id=chosen.dfe_sign_in_client_id,
        secret=_text(chosen.dfe_sign_in_secret),
        redirect_uri=chosen.callback_url,
        post_logout_uri=chosen.signed_out_url,
        basic=chosen.dfe_sign_in_client_auth == "client_secret_basic",
        subject_claim=chosen.dfe_sign_in_user_id_claim,
    )
    with_breaker = chosen.circuit_breakers == "on"
    directory = RoleDirectoryClient(
        chosen.directory_url,
        chosen.dfe_sign_in_client_id,
        _text(chosen.dfe_sign_in_api_secret),
        breaker=CircuitBreaker() if with_breaker else None,
    )
    return DfESignInClients(
        DfESignInClient(registration, breaker=CircuitBreaker() if with_breaker else None), directory
    )


def _text(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
