"""The console program `register`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click
import uvicorn

from app import logs
from app.db.console import Exit, stop, valid_settings

if TYPE_CHECKING:
    from app.settings import Settings


ALL = "app.commands"
APART = {"worker": "app.working", "jobs": "app.working"}
"""Commands with a module of their own."""


class Program(click.Group):
    """Every command; those of other modules are imported when one is wanted, so that `serve` and `worker` are small."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the name of each."""
        self._import(ALL)
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one by its name."""
        if cmd_name not in self.commands:
            self._import(APART.get(cmd_name, ALL))
        return super().get_command(ctx, cmd_name)

    def _import(self, module: str) -> None:
        for command in import_module(module).COMMANDS:
            self.add_command(command)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
def register() -> None:
    """Register early career teachers: run and look after the service."""


@register.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True)
def serve(host: str, port: int, workers: int) -> None:
    """Serve the pages until told to stop."""
    chosen = valid_settings()
    _require_teaching_records(chosen)
    logs.configure()
    uvicorn.run(
        "app.serving:web_application",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
    )


def _require_teaching_records(chosen: Settings) -> None:
    if chosen.trs_base_url and chosen.trs_api_key:
        return
    stop(
        Exit.INPUT_HAS_ERRORS,
        "TRS_BASE_URL and TRS_API_KEY are not set: without teaching records nobody can be registered.",
        "For a trial, start a stand-in in another window and name it here:",
        "  register stand-in trs",
        "  TRS_BASE_URL=http://127.0.0.1:9201 TRS_API_KEY=stand-in-trs-key register serve",
        "or start everything at once with demo data: register demo",
    )


def main() -> None:
    """Run the program."""
    register(prog_name="register")


if __name__ == "__main__":
    main()
