"""Wiring of the web process: which handlers there are and what surrounds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import HttpMethod, Litestar, Router, route
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.plugins.core import MsgspecDIPlugin
from litestar.plugins.htmx import HTMXRequest

from app import assets, templating
from app.adapters.notify_wire import read_receipt
from app.api.v3 import routes as api
from app.api.v3.calling import Calling
from app.jobs.run_due import run_due
from app.notices.mailbox import DeveloperMailbox
from app.web import (
    arrival,
    calendar_feed,
    clock_page,
    developers,
    dfe_sign_in,
    faults,
    health,
    mailbox,
    policies,
    public,
    receipts,
    sign_in,
    sign_out,
    staff_sign_in,
)
from app.web import opt_out as opt_out_page
from app.web import personas as personas_page
from app.web import support as support_pages
from app.web.access import email_sign_in, name_user, request_access, your_details
from app.web.console import act_as as console_act_as
from app.web.console import acting as console_acting
from app.web.console import bulk as console_bulk
from app.web.console import email_holder as console_email_holder
from app.web.console import explainer as console_explainer
from app.web.console import files as console_files
from app.web.console import home as console_home
from app.web.console import imports as console_imports
from app.web.console import job_changes as console_job_changes
from app.web.console import jobs as console_jobs
from app.web.console import name_corrections as console_name_corrections
from app.web.console import people as console_people
from app.web.console import person as console_person
from app.web.console import person_fixes as console_person_fixes
from app.web.console import queues as console_queues
from app.web.console import reference_data as console_reference_data
from app.web.console import refresh_person as console_refresh
from app.web.console import reminders as console_reminders
from app.web.console import school as console_school
from app.web.console import school_fixes as console_school_fixes
from app.web.console import school_uplifts as console_school_uplifts
from app.web.console import schools as console_schools
from app.web.console import send_again as console_send_again
from app.web.console import service_notices as console_notices
from app.web.console import settings as console_settings
from app.web.console import staff as console_staff
from app.web.console import statistics as console_statistics
from app.web.console import support as console_support
from app.web.console import tokens as console_tokens
from app.web.console import uploads as console_uploads
from app.web.limits import AddressLimit
from app.web.middleware import NOT_FOUND_PATH, Shell, Visiting
from app.web.page import SUPPORT_EMAIL
from app.web.schools import (
    access,
    dates,
    drafts,
    ect_record,
    ects,
    exports,
    give_access,
    history,
    home,
    induction_tutor,
    information,
    leaving,
    mentor_record,
    mentors,
    mistakes,
    my_schools,
    notices,
    partnership_journeys,
    partnerships,
    preferences,
    year,
)
from app.web.schools import support as school_support
from app.web.schools.assign import pages as assign_pages
from app.web.schools.change_details import pages as change_details
from app.web.schools.change_training import pages as change_training
from app.web.schools.register_ect import pages as register_ect_pages
from app.web.schools.register_mentor import pages as register_mentor_pages
from app.web.session import COOKIE, SECURE_COOKIE
from app.web.static import static_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from litestar.plugins import PluginProtocol
    from litestar.types import Scope

    from app.access.personas import Persona
    from app.settings import Settings
    from app.teachers.trs import TeachingRecords
    from app.web.dfe_endings import DfESignIn

LARGEST_BODY = 1_000_000
METHODS = [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE]


@route(NOT_FOUND_PATH, http_method=METHODS, opt=policies.public_page(csrf=False), sync_to_thread=False)
def not_found() -> None:
    """Answer what no route matches."""
    raise NotFoundException


class Application(Litestar):
    """The framework without what it brings for the models of pydantic and attrs: no handler has any (0137)."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


HANDLERS: list[Any] = [
    *public.HANDLERS,
    *sign_in.HANDLERS,
    *staff_sign_in.HANDLERS,
    *console_home.HANDLERS,
    *console_people.HANDLERS,
    *console_files.HANDLERS,
    *console_person.HANDLERS,
    *console_send_again.HANDLERS,
    *console_refresh.HANDLERS,
    *console_person_fixes.HANDLERS,
    *console_schools.HANDLERS,
    *console_school.HANDLERS,
    *console_school_fixes.HANDLERS,
    *console_explainer.HANDLERS,
    *console_email_holder.HANDLERS,
    *console_bulk.HANDLERS,
    *console_act_as.HANDLERS,
    *console_acting.HANDLERS,
    *console_queues.HANDLERS,
    *console_staff.HANDLERS,
    *console_name_corrections.HANDLERS,
    *console_jobs.HANDLERS,
    *console_tokens.HANDLERS,
    *console_job_changes.HANDLERS,
    *console_reference_data.HANDLERS,
    *console_school_uplifts.HANDLERS,
    *console_imports.HANDLERS,
    *console_uploads.HANDLERS,
    *console_reminders.HANDLERS,
    *console_statistics.HANDLERS,
    *console_settings.HANDLERS,
    *console_support.HANDLERS,
    *console_notices.HANDLERS,
    *dfe_sign_in.HANDLERS,
    *sign_out.HANDLERS,
    *support_pages.HANDLERS,
    *opt_out_page.HANDLERS,
    *receipts.HANDLERS,
    *calendar_feed.HANDLERS,
    *developers.HANDLERS,
    *arrival.HANDLERS,
    *request_access.HANDLERS,
    *name_user.HANDLERS,
    *email_sign_in.HANDLERS,
    *your_details.HANDLERS,
    *register_ect_pages.HANDLERS,
    *register_mentor_pages.HANDLERS,
    *induction_tutor.HANDLERS,
    *home.HANDLERS,
    *year.HANDLERS,
    *ects.HANDLERS,
    *ect_record.HANDLERS,
    *mentors.HANDLERS,
    *exports.HANDLERS,
    *mentor_record.HANDLERS,
    *history.HANDLERS,
    *change_details.HANDLERS,
    *leaving.HANDLERS,
    *mistakes.HANDLERS,
    *change_training.HANDLERS,
    *partnerships.HANDLERS,
    *partnership_journeys.HANDLERS,
    *drafts.HANDLERS,
    *assign_pages.HANDLERS,
    *information.HANDLERS,
    *school_support.HANDLERS,
    *preferences.HANDLERS,
    *dates.HANDLERS,
    *notices.HANDLERS,
    *my_schools.HANDLERS,
    *access.HANDLERS,
    *give_access.HANDLERS,
    health.live,
    health.ready,
    health.deps,
    health.metrics,
    Router("/", route_handlers=[static_file, *api.DOCUMENTS], opt=policies.file_route()),
    not_found,
]
"""Every handler of the service; school pages are added here."""

NOT_IN_PRODUCTION: list[Any] = [*clock_page.HANDLERS, *mailbox.HANDLERS]


def create_app(
    settings: Settings,
    *,
    trs: TeachingRecords,
    dfe: DfESignIn | None = None,
    personas: Sequence[Persona] = (),
    dependencies: Callable[[], Mapping[str, Any]] = dict,
    build: str = "development",
    more: Sequence[Any] = (),
) -> Litestar:
    """Return the web application; the database engine has been pointed at its database.

    `dependencies` says how each outside system does (EXT-1.14); `more` are handlers beside `HANDLERS`.
    Raises PolicyMissing when a route doesn't say who may call it (ACC-14.5).
    """
    limit = AddressLimit(settings)
    app = Application(
        [*handlers(settings), calls(settings, limit), *more],
        state=State(
            {
                "trs": trs,
                "run_due": lambda sender, records: run_due(None, sender, records),
                "address_limit": limit,
                "dfe_sign_in": dfe,
                "personas": tuple(personas),
                "dependencies": dependencies,
                **derived(settings, build),
            }
        ),
        middleware=[Visiting(settings)],
        exception_handlers=faults.HANDLERS,
        request_class=HTMXRequest,
        request_max_body_size=LARGEST_BODY,
        openapi_config=None,
        logging_config=None,
        on_startup=[templating.warm, assets.warm],
    )
    return enclosed(app, settings, limit)


def calls(settings: Settings, limit: AddressLimit) -> Router:
    """Return the addresses of the API, whose strangers are counted with everybody else's addresses (API-21.2)."""

    async def stranger_waits(scope: Scope) -> int:  # the framework copies a bound method's object, but no function
        return await limit.wait(scope)

    return api.router(Calling(settings, stranger_waits), policies.program_route())


def enclosed(app: Litestar, settings: Settings, limit: AddressLimit) -> Litestar:
    """Put the shell around the application, every route of which says who may call it; raises PolicyMissing."""
    list(policies.routes_with_policies(app))
    app.asgi_handler = Shell(app, app.asgi_handler, settings, limit)
    return app


def derived(settings: Settings, build: str = "development") -> dict[str, Any]:
    """Return what handlers find in the application's state unless something else is wired."""
    return {
        "build": build,
        "settings": settings,
        "mail": DeveloperMailbox(),
        "read_receipt": read_receipt,
        "scheme": settings.base_url.partition(":")[0],
        "cookie": SECURE_COOKIE if settings.secure else COOKIE,
        "support_email": SUPPORT_EMAIL,
        "api_document": lambda: api.published(settings.base_url).document,
    }


def handlers(settings: Settings) -> list[Any]:
    """Return the handlers of the environment: test sign-in and clock are absent in production."""
    wanted = list(HANDLERS)
    if not settings.production:
        wanted += NOT_IN_PRODUCTION
    if "personas" in settings.methods and not settings.production:
        wanted += personas_page.HANDLERS
    return wanted
