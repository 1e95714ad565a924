"""Users, their schools, sessions, links and codes, rate counters and administrator settings."""

from __future__ import annotations

from app.db.tables.base import PublicRow, Row, big, flag, json, moment, number, octets, refers, text, texts


class AppUser(PublicRow, tablename="app_user"):
    """A person who may sign in: a school user or a member of staff."""

    audience = text()
    name = text()
    email = text()
    active = flag(default=True)
    accepted_privacy_version = text(null=True)
    accepted_privacy_at = moment(null=True)
    last_school_id = big(null=True)
    staff_roles = texts()
    wrong_codes = number(null=True)
    locked_at = moment(null=True)
    last_used_at = moment(null=True)


class UserIdentity(Row, tablename="user_identity"):
    """How a user is known to one sign-in method (ACC-3.1)."""

    user_id = refers(AppUser)
    method = text()
    subject = text()


class SchoolAccess(PublicRow, tablename="school_access"):
    """A user's approved access to one school."""

    user_id = refers(AppUser)
    school_id = big()
    source = text()
    granted_by = text()
    granted_at = moment()
    first_used_at = moment(null=True)
    last_used_at = moment(null=True)
    ended_at = moment(null=True)
    end_reason = text(null=True)
    role_checked_at = moment(null=True)
    role_tried_at = moment(null=True)


class UserOrganisation(Row, tablename="user_organisation"):
    """A school that somebody has at DfE Sign-in, whether or not their role there was checked (ACC-4.11)."""

    user_id = refers(AppUser)
    school_id = big()
    subject = text()
    organisation_id = text()


class SignInFlow(Row, tablename="sign_in_flow"):
    """An attempt at DfE Sign-in that has not come back yet, by one of its two methods (ACC-4.2, ACC-7.6)."""

    state_hash = octets()
    session_hash = octets()
    nonce = text()
    verifier = text()
    path = text(null=True)
    automatic = flag()
    method = text()


class SchoolPreference(Row, tablename="school_preference"):
    """What mail a user wants about one school, and up to where they have read its notices (PF-01, NOT-6)."""

    user_id = refers(AppUser)
    school_id = big()
    confirmation_emails = flag(default=True)
    digest = text()
    digest_groups = texts()
    notices_read_to = big()
    digest_told_to = big()


class Session(Row, tablename="session"):
    """A browser session; only the hash of its id is stored (ACC-9.1)."""

    id_hash = octets()
    csrf_secret = octets()
    user_id = refers(AppUser, null=True)
    school_id = big(null=True)
    method = text(null=True)
    signed_in_at = moment(null=True)
    last_seen_at = moment()
    absolute_expires_at = moment()
    return_path = text(null=True)
    clock_at = moment(null=True)
    notice = json(null=True)
    id_token = octets(null=True)
    asked_email = text(null=True)
    acting_until = moment(null=True)
    elevated_until = moment(null=True)


class OneTimeSecret(Row, tablename="one_time_secret"):
    """A link, a code or both that work once and for a time; only hashes are stored (ACC-5.7, ACC-6.5, ACC-7.3)."""

    purpose = text()
    subject_hash = octets()
    link_hash = octets(null=True, unique=True)
    code_hash = octets(null=True)
    browser_hash = octets(null=True)
    user_id = refers(AppUser, null=True)
    school_id = big(null=True)
    new_email = text(null=True)
    expires_at = moment()
    used_at = moment(null=True)
    void_at = moment(null=True)
    wrong_codes = number()
    typed = json(null=True)


class RateCount(Row, tablename="rate_count"):
    """One counted event of a limited kind, for sliding windows shared by all processes."""

    kind = text()
    key_hash = octets()
    at = moment()


class ServiceSetting(Row, tablename="service_setting"):
    """A value that staff changed from its default (rules section 21)."""

    key = text(unique=True)
    value = json()
