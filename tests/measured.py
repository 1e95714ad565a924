"""Reading what Prometheus is told."""

from __future__ import annotations

import re

LINE = re.compile(r"([a-z_]+)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def read(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return every series: its name and labels, and its value; fails on a line that is none and on a repeated one."""
    found: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            continue
        match = LINE.fullmatch(line)
        assert match, line
        key = match[1], frozenset(LABEL.findall(match[2] or ""))
        assert key not in found, line
        found[key] = float(match[3])
    return found


def value(text: str, name: str, **labels: str) -> float:
    return read(text)[name, frozenset(labels.items())]
