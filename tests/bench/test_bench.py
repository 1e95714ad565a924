"""How measurements are compared and kept; the measurements themselves are run by `register bench`."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import click
import pytest
from click.testing import CliRunner

from app.asgi import create_app
from app.bench import command, metrics, runs
from app.bench.canonical import canonical
from app.bench.client import Client, Unexpected
from app.bench.metrics import Metric
from app.bench.remote import Pace
from app.bench.scratch import SIZES, TENTH


@pytest.mark.rule("PRF-1")
def test_two_ways_of_writing_the_same_html_are_the_same() -> None:
    one = '<p class="a  b" id=x>Tom &amp;\n  <b>Ann</b></p>'
    assert canonical(one) == canonical('<p id="x" class="a b"> Tom & <b> Ann </b> </p>')
    assert canonical(one) != canonical(one.replace("Ann", "Bob"))
    assert canonical(one) != canonical(one.replace("id=x", ""))
    assert canonical("a<br>b") != canonical("ab")


@pytest.mark.rule("PRF-20")
def test_a_value_is_told_with_its_bar_and_whether_it_is_met() -> None:
    assert "MISS" in Metric("render list", 1.7, "ratio", 1.3).line()
    assert Metric("asgi health", 0.5, "ratio", 0.4, "higher").line().endswith("ok")
    assert not Metric("asgi health", 0.3, "ratio", 0.4, "higher").is_met
    assert Metric("statements of a registration", 200, "statements").is_met


@pytest.mark.rule("QUA-1.3")
@pytest.mark.parametrize(
    ("unit", "value", "worse"),
    [
        ("statements", 3, []),
        ("statements", 2, []),
        ("statements", 4, ["queries home: 4 statements, was 3"]),
        ("ratio", 3.5, []),
        ("ratio", 4, ["queries home: 4 ratio, was 3"]),
    ],
)
def test_the_ratchet_turns_one_way_only(unit: str, value: float, worse: list[str]) -> None:
    found, held = [Metric("queries home", value, unit, 6)], {"queries home": 3.0, "another": 1.0}
    assert metrics.worse_than_before(found, held) == worse
    assert metrics.accepted(found, held) == {"queries home": min(value, 3.0), "another": 1.0}


@pytest.mark.rule("QUA-1.2", "QUA-1.3")
def test_times_of_a_machine_are_written_down_and_never_held() -> None:
    assert metrics.accepted([Metric("search", 30, "ms", 100)], {}) == {}


@pytest.mark.rule("PRF-20")
@pytest.mark.parametrize(
    ("value", "unit", "held", "check", "ends"),
    [
        (6, "statements", {}, True, False),
        (7, "statements", {}, True, True),
        (7, "statements", {}, False, False),
        (7, "statements", {"a page": 7.0}, True, False),
        (8, "statements", {"a page": 7.0}, True, True),
        (120, "ms", {}, True, True),
    ],
)
def test_a_check_fails_for_a_missed_bar_unless_the_ratchet_holds_it(
    value: float, unit: str, held: dict[str, float], check: bool, ends: bool
) -> None:
    found = [Metric("a page", value, unit, 6)]
    with pytest.raises(SystemExit) if ends else nullcontext():
        command.judge(found, held, check=check)


async def test_the_browser_without_a_network_keeps_cookies_sends_hidden_fields_and_follows() -> None:
    asked: list[tuple[str, str, dict[str, str], bytes]] = []
    page = b'<form><input type="hidden" name="csrf_token" value="a&amp;b"></form>'

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        sent = {name.decode(): value.decode() for name, value in scope["headers"]}
        asked.append((scope["method"], scope["path"], sent, body))
        status, headers = (303, [(b"location", b"/next/step?x=1")]) if scope["method"] == "POST" else (200, [])
        status = 404 if scope["path"] == "/gone" else status
        await send(
            {"type": "http.response.start", "status": status, "headers": [*headers, (b"set-cookie", b"s=1; Path=/")]}
        )
        await send({"type": "http.response.body", "body": page})

    client = Client(app)
    await client.get("/first")
    assert await client.follow(await client.post("/form", {"name": "Ann"})) == "step"
    assert [(method, path) for method, path, *_ in asked] == [
        ("GET", "/first"),
        ("POST", "/form"),
        ("GET", "/next/step"),
    ]
    assert asked[1][3] == b"csrf_token=a%26b&name=Ann"
    assert asked[1][2]["cookie"] == "s=1"
    with pytest.raises(Unexpected, match="404 after step"):
        await client.follow(await client.get("/gone"))


@pytest.mark.rule("PRF-5", "PRF-17")
def test_the_sizes_are_those_of_the_country_and_each_is_compared_with_a_tenth() -> None:
    counts = {name: (size.schools, size.teachers) for name, size in SIZES.items()}
    assert counts["national"] == (25_000, 250_000)
    assert counts["double"] == (50_000, 500_000)
    for size, tenth in TENTH.items():
        if tenth:
            assert counts[size] == tuple(10 * count for count in counts[tenth])
    assert TENTH["tenfold"] == "national"


@pytest.mark.rule("PRF-18")
def test_a_run_is_told_by_its_percentiles_beside_their_bars_and_every_fault_counts() -> None:
    pace = Pace(50)
    pace.seconds = [number / 1_000 for number in range(101)]
    pace.faults = ["TimeoutError"]
    told = {one.name: one for one in runs.told("load", pace, {0.5: 25, 0.95: 100, 0.99: 250})}
    assert [round(told[f"load p{share}"].value) for share in (50, 95, 99)] == [50, 95, 99]
    assert [told[f"load p{share}"].is_met for share in (50, 95, 99)] == [False, True, True]
    assert (told["load faults"].value, told["load faults"].is_met) == (1, False)
    assert {"load", "year", "spike", "soak", "break", "sync", "calls", "search", "import", "process"} <= set(
        command.MEASURES
    )


@pytest.mark.rule("PRF-20")
@pytest.mark.parametrize("names", [[], ["growth", "sync"], ["api"], ["calls"]])
def test_nothing_of_lead_providers_is_measured_where_they_are_shown_nothing(names: list[str]) -> None:
    told = CliRunner().invoke(command.make_command(create_app), [*names, "--data", "tenfold"])
    assert told.exit_code == click.UsageError.exit_code
    assert "lead providers are shown nothing" in told.output
