"""Documents written from the code: `python -m tests.generated_documents` writes them anew, a test compares (OPS-15)."""

from __future__ import annotations

import asyncio
import json
import re

from app.db.engine import engine, fetch
from app.db.migrate import migrate
from app.db.sight import OWNER, seen_by
from app.settings import Settings
from tests.architecture.source import ROOT
from tests.architecture.test_licences import listed
from tests.conftest import drop_database, make_database

LOCKED_PACKAGES, VENDORED = ROOT / "requirements-telemetry.lock", ROOT / "static" / "vendor" / "lock.json"
WRITTEN = "Written by `python -m tests.generated_documents`; do not edit."
REFERENCES = """SELECT DISTINCT confrelid::regclass::text AS one, conrelid::regclass::text AS many FROM pg_constraint
    WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'procrastinate%'"""
CLOSED_LISTS = """SELECT c.conrelid::regclass::text || '.' || a.attname AS place, pg_get_constraintdef(c.oid) AS definition
    FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'c' AND cardinality(c.conkey) = 1 AND c.conrelid::regclass::text NOT LIKE 'procrastinate%'
        AND pg_get_constraintdef(c.oid) LIKE '%ANY (ARRAY[%'"""


def settings_page() -> str:
    """Return the page of every setting: its name, what it is when nobody gives it, and what it means."""
    lines = ["# Settings", "", f"{WRITTEN} What each may hold: [contract](contract.md), section 2.", ""]
    lines += ["| Variable | Default | Meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "–" if field.default in {None, ""} else f"`{field.default}`"
        meaning = field.description or "`production`, `sandbox`, `development` or `test`"
        lines.append(f"| `{name.upper()}` | {default} | {meaning} |")
    return "\n".join(lines) + "\n"


async def data_model_page() -> str:
    """Return the page of the tables: which refers to which, and the words that a column may hold."""
    with seen_by(OWNER):
        found, lists = [sorted(await fetch(query), key=tuple) for query in (REFERENCES, CLOSED_LISTS)]
    lines = ["# Tables", "", f"{WRITTEN} What each column is for: [data map](data-map.md).", ""]
    lines += ["```mermaid", "erDiagram", *(f"    {row['one']} ||--o{{ {row['many']} : has" for row in found), "```"]
    lines += ["", "## What a column may say", "", "| Column | Values |", "|---|---|"]
    lines += [f"| `{row['place']}` | {_values(row['definition'])} |" for row in lists]
    return "\n".join(lines) + "\n"


def _values(definition: str) -> str:
    return ", ".join(f"`{value}`" for value in re.findall(r"'([^']+)'::text", definition))


def components() -> str:
    """Return what the service is made of, as a CycloneDX document: packages and vendored files, none that tests need."""
    packages = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            "scope": "required" if use == "service" else "optional",
            "licenses": [{"license": {"name": licence}} if licence == "BSD" else {"expression": licence}],
        }
        for name, (licence, use) in sorted(listed().items())
        if use != "tests"
        for version in re.findall(
            rf"^{re.escape(name)}==(\S+)", LOCKED_PACKAGES.read_text(encoding="utf-8"), re.MULTILINE
        )
    ]
    vendored = [
        {
            "type": "library",
            "bom-ref": f"pkg:npm/{one['name']}@{one['version']}",
            "name": one["name"],
            "version": one["version"],
            "purl": f"pkg:npm/{one['name']}@{one['version']}",
            "scope": "required",
        }
        for one in json.loads(VENDORED.read_text(encoding="utf-8"))["packages"]
    ]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "register-early-career-teachers"}},
        "components": [*packages, *vendored],
    }
    return json.dumps(document, indent=1) + "\n"


async def pages() -> dict[str, str]:
    """Return file name -> text of each."""
    return {
        "settings.md": settings_page(),
        "data-model.md": await data_model_page(),
        "components.json": components(),
    }


async def write() -> None:
    """Write them all."""
    name = "register_documents"
    engine.point_at(await make_database(name))
    await engine.open(size=2)
    await migrate()
    for file, text in (await pages()).items():
        (ROOT / "docs" / file).write_text(text, encoding="utf-8")
    await engine.close()
    await drop_database(name)


if __name__ == "__main__":
    asyncio.run(write())
