"""Typed configuration from environment variables; what staff can change while it runs is data."""

from __future__ import annotations

import re
import secrets
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROHIBITION = UUID("b2b19019-b165-47a3-8745-3297ff152581")
COUNCIL_PROHIBITION = UUID("70b7d473-2ec8-4643-bfd4-d4ab9a9a0988")
SIGN_IN_METHODS = {"dfe_sign_in", "email_link", "staff_code", "staff_dfe", "personas"}
IN_PRODUCTION = frozenset({"dfe_sign_in", "staff_code"})
ELSEWHERE = frozenset({"staff_code", "email_link", "personas"})
"""The methods that are on when the setting is unset; DfE Sign-in too, where its own settings are given (ACC-2.2)."""
BY_DFE_SIGN_IN = frozenset({"dfe_sign_in", "staff_dfe"})
STAFF_DOMAINS = "education.gov.uk,digital.education.gov.uk"
LIVE_ISSUER = "https://oidc.signin.education.gov.uk:443"
LIVE_EXTRACT = "https://ea-edubase-api-prod.azurewebsites.net/edubase/service"
LIVE_DOWNLOADS = "https://ea-edubase-api-prod.azurewebsites.net/edubase/downloads/public/"
LIVE_NOTIFY = "https://api.notifications.service.gov.uk"
_NOTIFY_KEY = re.compile(r".*-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
STOP_NOTICE = 5.0
LIVE_DIRECTORY = "https://api.signin.education.gov.uk"


class Settings(BaseSettings):
    """Every setting that environment variables can give (contract, section 2)."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    environment: Literal["production", "sandbox", "development", "test"] = "development"
    database_url: SecretStr | None = Field(None, description="PostgreSQL; none: an embedded server in DATA_DIR")
    data_dir: Path = Field(Path(".data"), description="embedded database, made secrets")
    base_url: str = Field("http://127.0.0.1:8000", description="the address people use")
    secret_key: SecretStr | None = Field(None, description="made and kept in DATA_DIR outside production")
    allowed_hosts: str = Field("", description="comma list; none: the host of BASE_URL")
    trusted_proxies: str = Field("", description="comma list of addresses whose X-Forwarded-For counts")
    sign_in_methods: str = Field("", description="comma list; none: by environment")
    staff_email_domains: str = Field(
        STAFF_DOMAINS,
        description="comma list: where addresses of staff end; none outside production: staff.example too",
    )
    email_link_schools: Literal["without_dfe_sign_in", "all"] = Field(
        "without_dfe_sign_in", description="which schools may gain access by email link"
    )
    access_email_daily_cap: int = Field(0, ge=0, description="most access emails to a school a day; 0: any number")
    address_limits: Literal["on", "off"] = Field("on", description="limits by address; off not in production")
    appropriate_body_area: Literal["on", "off"] = Field("off", description="on is refused: there is no such area yet")
    metrics_port: int | None = Field(
        None, ge=1, le=65535, description="where /metrics is answered apart; each process takes the next that is free"
    )
    metrics_token: SecretStr | None = Field(None, description="what /metrics is asked with; none: no such page")
    traces_endpoint: str = Field(
        "", description="whole address that traces go to by OTLP over HTTP; none: no traces. Needs the extra telemetry"
    )
    error_collector_dsn: SecretStr | None = Field(
        None, description="what a collector that speaks Sentry's protocol gave us; none: no errors are told outside"
    )
    build: str = Field("development", description="which release this is: shown by the health pages")
    brand: Literal["generic", "govuk"] = Field("generic", description="GOV.UK brand only on GOV.UK services")
    allow_indexing: bool = Field(default=False, description="home and guidance may be indexed")
    trs_base_url: str = Field("", description="teaching record system")
    trs_api_key: SecretStr | None = Field(None, description="its key")
    trs_api_version: str = Field("20260120", description="its version header")
    trs_job_rate: float = Field(4, gt=0, description="questions a second of the job that reads records again")
    trs_writes: Literal["on", "off"] = Field("off", description="inductions that support records are told to it")
    trs_prohibition_categories: str = Field(
        f"{PROHIBITION},{COUNCIL_PROHIBITION}", description="alert categories that stop a registration"
    )
    dfe_sign_in_issuer: str = Field("", description=f"exact address with port; none in production: {LIVE_ISSUER}")
    dfe_sign_in_client_id: str = Field("", description="the service's name at DfE Sign-in")
    dfe_sign_in_secret: SecretStr | None = Field(None, description="its client secret")
    dfe_sign_in_redirect_uri: str = Field("", description="registered exactly; none: BASE_URL/sign-in/dfe/callback")
    dfe_sign_in_post_logout_uri: str = Field("", description="registered exactly; none: BASE_URL/signed-out")
    dfe_sign_in_client_auth: Literal["client_secret_post", "client_secret_basic"] = Field(
        "client_secret_post", description="how the client secret is sent"
    )
    dfe_sign_in_user_id_claim: str = Field("sub", description="the claim that tells people apart")
    dfe_sign_in_api_url: str = Field("", description=f"its public API; none in production: {LIVE_DIRECTORY}")
    dfe_sign_in_api_secret: SecretStr | None = Field(None, description="the secret of its public API")
    dfe_sign_in_school_role: str = Field("SchoolUser", description="code of the role that opens the service")
    dfe_sign_in_staff_role: str = Field("DfEUser", description="code of the role that opens the support console")
    gias_source: Literal["", "extract", "download", "files"] = Field(
        "", description="where the school register comes from; none in production: extract, elsewhere: files"
    )
    gias_extract_url: str = Field("", description=f"its extract service; none in production: {LIVE_EXTRACT}")
    gias_extract_id: str = Field("", description="the extract made for this service")
    gias_user: str = Field("", description="our name at the extract service")
    gias_password: SecretStr | None = Field(None, description="our password at the extract service")
    gias_download_url: str = Field("", description=f"its dated files; none in production: {LIVE_DOWNLOADS}")
    notify_base_url: str = Field("", description=f"sender of mail; none in production: {LIVE_NOTIFY}")
    notify_api_key: SecretStr | None = Field(None, description="its key; none: mail goes to the developer mailbox")
    notify_receipt_token: SecretStr | None = Field(None, description="what its delivery receipts are known by")
    notify_templates: str = Field(
        "", description="comma list of MESSAGE=TEMPLATE ID, `*` for all others; or one template id for all"
    )
    mail_allow_list: str = Field(
        "", description="comma list of addresses and @domains that get real mail outside production"
    )
    circuit_breakers: Literal["on", "off"] = Field("on", description="off not in production")
    stop_notice_seconds: float | None = Field(
        None,
        ge=0,
        le=10,
        description="how long a web process told to stop goes on while it says that it is not ready"
        "; none: 5 in production and sandbox, 0 elsewhere",
    )
    register_keep_closed_since: str = Field("2020-01-01", description="closed schools kept from this close date on")

    @property
    def production(self) -> bool:
        """Tell whether this is the live service."""
        return self.environment == "production"

    @property
    def stop_notice(self) -> float:
        """Return for how many seconds a proxy is told before a web process takes no more connections (OPS-8)."""
        if self.stop_notice_seconds is not None:
            return self.stop_notice_seconds
        return STOP_NOTICE if self.environment in {"production", "sandbox"} else 0

    @property
    def hosts(self) -> frozenset[str]:
        """Return the host names that may be asked for, without port (ACC-17.4)."""
        return _hosts(self.allowed_hosts, self.base_url)

    @property
    def proxies(self) -> frozenset[str]:
        """Return the addresses of proxies that may name the client."""
        return frozenset(address.strip() for address in self.trusted_proxies.split(",") if address.strip())

    @property
    def secure(self) -> bool:
        """Tell whether cookies may only travel over HTTPS."""
        return self.base_url.startswith("https://")

    @property
    def prohibition_categories(self) -> frozenset[UUID]:
        """Return the alert categories of a prohibition (EXT-2.15)."""
        return frozenset(UUID(part.strip()) for part in self.trs_prohibition_categories.split(",") if part.strip())

    @property
    def methods(self) -> frozenset[str]:
        """Return the ids of the sign-in methods that are on (ACC-2.2)."""
        listed = frozenset(method.strip() for method in self.sign_in_methods.split(",") if method.strip())
        if listed or self.production:
            return listed or IN_PRODUCTION
        return ELSEWHERE | {"dfe_sign_in"} if all(self._needed_by_dfe_sign_in().values()) else ELSEWHERE

    @property
    def staff_domains(self) -> frozenset[str]:
        """Return the domains that addresses of staff may have (ACC-7.1)."""
        listed = {domain.strip().lower() for domain in self.staff_email_domains.split(",") if domain.strip()}
        trying_out = not self.production and "staff_email_domains" not in self.model_fields_set
        return frozenset(listed | {"staff.example"} if trying_out else listed)

    @property
    def issuer(self) -> str:
        """Return who signs ID tokens, as the exact string that stands in them (ACC-4.3)."""
        return self.dfe_sign_in_issuer or (LIVE_ISSUER if self.production else "")

    @cached_property
    def issuer_origin(self) -> str:
        """Return where a form may lead when people sign out; empty while DfE Sign-in is off (ACC-17.1)."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}" if self.uses_dfe_sign_in else ""

    @property
    def uses_dfe_sign_in(self) -> bool:
        """Tell whether anybody signs in there: schools, staff or both."""
        return bool(self.methods & BY_DFE_SIGN_IN)

    @property
    def directory_url(self) -> str:
        """Return the address of DfE Sign-in's public API."""
        return self.dfe_sign_in_api_url or (LIVE_DIRECTORY if self.production else "")

    @property
    def register_source(self) -> str:
        """Return where the school register comes from: `extract`, `download` or `files` (EXT-4)."""
        return self.gias_source or ("extract" if self.production else "files")

    @property
    def extract_url(self) -> str:
        """Return the address of the register's extract service."""
        return self.gias_extract_url or (LIVE_EXTRACT if self.production else "")

    @property
    def downloads_url(self) -> str:
        """Return the address under which the register's dated files lie."""
        return self.gias_download_url or (LIVE_DOWNLOADS if self.production else "")

    @property
    def notify_url(self) -> str:
        """Return the address of the sender of mail."""
        return self.notify_base_url or (LIVE_NOTIFY if self.production else "")

    @property
    def templates_of_notify(self) -> dict[str, str]:
        """Return message id, or name of a text, to template id; `*` is for all others (NOT-2.3)."""
        parts = [part.strip() for part in self.notify_templates.split(",") if part.strip()]
        pairs = [part.rpartition("=") for part in parts]
        return {name.strip() or "*": template.strip() for name, _, template in pairs}

    @property
    def allowed_recipients(self) -> frozenset[str]:
        """Return who gets real mail outside production, in small letters (NOT-3.8)."""
        return frozenset(one.strip().casefold() for one in self.mail_allow_list.split(",") if one.strip())

    @property
    def callback_url(self) -> str:
        """Return where DfE Sign-in sends people back to, as registered there."""
        return self.dfe_sign_in_redirect_uri or f"{self.base_url.rstrip('/')}/sign-in/dfe/callback"

    @property
    def signed_out_url(self) -> str:
        """Return where DfE Sign-in sends people who have signed out, as registered there (ACC-4.14)."""
        return self.dfe_sign_in_post_logout_uri or f"{self.base_url.rstrip('/')}/signed-out"

    def secret(self) -> bytes:
        """Return the key that signs cookies and tokens, made once outside production."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value().encode()
        return _kept_secret(self.data_dir)

    @field_validator("trs_prohibition_categories")
    @classmethod
    def _categories_are_ids(cls, value: str) -> str:
        ids = [UUID(part.strip()) for part in value.split(",") if part.strip()]
        if not ids:
            raise ValueError("must name at least one category (EXT-2.15)")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        problems = list(self._problems())
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _problems(self) -> list[str]:
        problems = [f"SIGN_IN_METHODS: unknown method {method}" for method in sorted(self.methods - SIGN_IN_METHODS)]
        if self.database_url is not None and "environment" not in self.model_fields_set:
            problems.append("ENVIRONMENT is required with DATABASE_URL")
        if self.appropriate_body_area == "on":
            problems.append("APPROPRIATE_BODY_AREA=on is refused: there is no area for appropriate bodies yet")
        if not self.staff_domains:
            problems.append("STAFF_EMAIL_DOMAINS names no domain")
        problems += self._problems_of_doors() + self._problems_of_dfe_sign_in() + self._problems_of_register()
        problems += self._problems_of_notify() + self._problems_of_telemetry()
        return problems + self._problems_in_production() if self.production else problems

    def _problems_in_production(self) -> list[str]:
        required = {
            "DATABASE_URL": self.database_url,
            "BASE_URL": "base_url" in self.model_fields_set,
            "SECRET_KEY": self.secret_key,
            "ALLOWED_HOSTS": self.allowed_hosts,
            "TRS_BASE_URL": self.trs_base_url,
            "TRS_API_KEY": self.trs_api_key,
            "NOTIFY_API_KEY": self.notify_api_key,
            "NOTIFY_RECEIPT_TOKEN": self.notify_receipt_token,
            "NOTIFY_TEMPLATES": self.notify_templates,
        }
        problems = [f"{name} is required in production" for name, value in required.items() if not value]
        if "personas" in self.methods:
            problems.append("SIGN_IN_METHODS: personas must not be listed in production")
        if self.address_limits == "off":
            problems.append("ADDRESS_LIMITS=off is refused in production")
        if self.circuit_breakers == "off":
            problems.append("CIRCUIT_BREAKERS=off is refused in production")
        if not self.base_url.startswith("https://"):
            problems.append("BASE_URL must begin with https:// in production")
        if not self.trs_base_url.startswith("https://"):
            problems.append("TRS_BASE_URL must begin with https:// in production")
        return problems

    def _problems_of_doors(self) -> list[str]:
        """Return for whom there is no way in; the test sign-in is one where it may be (ACC-2.4)."""
        on = self.methods - {"personas"} if self.production else self.methods
        doors = {"schools": {"dfe_sign_in", "email_link"}, "staff": {"staff_code", "staff_dfe"}}
        shut = [whom for whom, methods in doors.items() if not on & {*methods, "personas"}]
        return [f"SIGN_IN_METHODS: no sign-in method for {whom} is on" for whom in shut]

    def _needed_by_dfe_sign_in(self) -> dict[str, object]:
        return {
            "DFE_SIGN_IN_ISSUER": self.issuer,
            "DFE_SIGN_IN_CLIENT_ID": self.dfe_sign_in_client_id,
            "DFE_SIGN_IN_SECRET": self.dfe_sign_in_secret and self.dfe_sign_in_secret.get_secret_value(),
            "DFE_SIGN_IN_API_URL": self.directory_url,
            "DFE_SIGN_IN_API_SECRET": self.dfe_sign_in_api_secret and self.dfe_sign_in_api_secret.get_secret_value(),
        }

    def _problems_of_dfe_sign_in(self) -> list[str]:
        """Return what keeps DfE Sign-in from working while it is on (ACC-2.4, EXT-3.11)."""
        if not self.uses_dfe_sign_in:
            return []
        needed = self._needed_by_dfe_sign_in()
        which = " and ".join(sorted(self.methods & BY_DFE_SIGN_IN))
        problems = [f"{name} is required while {which} is on" for name, value in needed.items() if not value]
        secret = str(needed["DFE_SIGN_IN_SECRET"] or "")
        if self.dfe_sign_in_client_auth == "client_secret_basic" and set(secret) & set("+%/= "):
            problems.append("DFE_SIGN_IN_SECRET: client_secret_basic cannot carry + % / = or a space")
        if not self.production:
            return problems
        addresses = ("ISSUER", self.issuer), ("API_URL", self.directory_url), ("REDIRECT_URI", self.callback_url)
        insecure = [name for name, value in addresses if not value.startswith("https://")]
        return problems + [f"DFE_SIGN_IN_{name} must begin with https:// in production" for name in insecure]

    def _problems_of_notify(self) -> list[str]:
        """Return what keeps mail from being sent, without quoting the key (EXT-5.4, NOT-2.3)."""
        wrong = [name for name, template in self.templates_of_notify.items() if not _is_uuid(template)]
        problems = [f"NOTIFY_TEMPLATES: {name} has no template id that is a UUID" for name in wrong]
        if self.notify_api_key is None:
            return problems
        if not _NOTIFY_KEY.fullmatch(self.notify_api_key.get_secret_value()):
            problems.append("NOTIFY_API_KEY is not a name, a service id and a secret, joined by hyphens")
        needed = {"NOTIFY_BASE_URL": self.notify_url, "NOTIFY_TEMPLATES": self.notify_templates}
        problems += [f"{name} is required with NOTIFY_API_KEY" for name, value in needed.items() if not value]
        if self.production and not self.notify_url.startswith("https://"):
            problems.append("NOTIFY_BASE_URL must begin with https:// in production")
        return problems

    def _problems_of_telemetry(self) -> list[str]:
        """Return what keeps traces and errors from being told where they are wanted (OPS-5)."""
        wanted = {
            "TRACES_ENDPOINT": (self.traces_endpoint, "opentelemetry"),
            "ERROR_COLLECTOR_DSN": (self.error_collector_dsn, "sentry_sdk"),
        }
        missing = [name for name, (value, package) in wanted.items() if value and find_spec(package) is None]
        problems = [f"{name} needs the packages of requirements-telemetry.lock" for name in missing]
        if self.traces_endpoint and urlsplit(self.traces_endpoint).scheme not in {"http", "https"}:
            problems.append("TRACES_ENDPOINT is not an address that begins with https:// or http://")
        return problems

    def _problems_of_register(self) -> list[str]:
        """Return what keeps the school register from being fetched (EXT-1.13)."""
        source = self.register_source
        if source == "files":
            return []
        url = {"extract": ("GIAS_EXTRACT_URL", self.extract_url), "download": ("GIAS_DOWNLOAD_URL", self.downloads_url)}
        name, address = url[source]
        needed: dict[str, object] = {name: address}
        if source == "extract":
            needed |= {"GIAS_EXTRACT_ID": self.gias_extract_id, "GIAS_USER": self.gias_user}
            needed["GIAS_PASSWORD"] = self.gias_password and self.gias_password.get_secret_value()
        problems = [f"{one} is required with GIAS_SOURCE={source}" for one, value in needed.items() if not value]
        if self.production and not address.startswith("https://"):
            problems.append(f"{name} must begin with https:// in production")
        return problems


@lru_cache(maxsize=8)
def _hosts(allowed_hosts: str, base_url: str) -> frozenset[str]:
    listed = {host.strip().lower() for host in allowed_hosts.split(",") if host.strip()}
    return frozenset(listed or {urlsplit(base_url).hostname or "127.0.0.1"})


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _kept_secret(data_dir: Path) -> bytes:
    path = data_dir / "secret-key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="ascii") as file:
                path.chmod(0o600)
                file.write(secrets.token_hex(32))
        except FileExistsError:
            pass
    return path.read_bytes()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the process's settings; raises ValidationError listing every problem."""
    return Settings()


__all__ = ["Settings", "ValidationError", "settings"]
