"""Tokens of lead providers' programs, and how often each was used."""

from __future__ import annotations

from piccolo.columns import BigInt
from piccolo.table import Table

from app.db.tables.access import AppUser
from app.db.tables.base import PublicRow, Row, big, day, moment, number, octets, refers, text
from app.db.tables.providers import LeadProvider


class APIToken(PublicRow, tablename="api_token"):
    """What a lead provider's programs sign their requests with; only a keyed hash is stored (API-3.2)."""

    lead_provider_id = refers(LeadProvider)
    token_hash = octets(unique=True)
    first_characters = text()
    description = text()
    scope = text()
    created_by = text()
    created_by_user_id = refers(AppUser, null=True)
    expires_at = moment(null=True)
    revoked_at = moment(null=True)
    last_used_at = moment(null=True)


class APITokenDay(Row, tablename="api_token_day"):
    """How many calls a token made on a day, and how many were refused (API-3.6)."""

    token_id = refers(APIToken)
    day = day()
    calls = number()
    refusals = number()


class APITokenUse(Table, tablename="api_token_use"):
    """How many requests a token ever made that counted; its key is the token's (API-21.1)."""

    id = BigInt(primary_key=True, default=None)
    requests = big()


class APIRequestSlot(Table, tablename="api_request_slot"):
    """When one of the last 1,000 requests of a token came; its key is 1,000 times the token's, and its place."""

    id = BigInt(primary_key=True, default=None)
    at = moment()
