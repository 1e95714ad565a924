"""HTML without what does not matter, so that two ways of making it can be compared (PRF-1)."""

from __future__ import annotations

from html.parser import HTMLParser


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        written = " ".join(f'{name}="{" ".join((value or "").split())}"' for name, value in sorted(attrs))
        self.parts.append(f"<{tag} {written}>" if written else f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words:
            self.parts.append(words)


def canonical(html: str) -> list[str]:
    """Return tags with sorted attributes and texts with single spaces, in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _joined(reader.parts)


def _joined(parts: list[str]) -> list[str]:
    """Join neighbouring texts."""
    made: list[str] = []
    for part in parts:
        if made and not part.startswith("<") and not made[-1].startswith("<"):
            made[-1] = f"{made[-1]} {part}"
        else:
            made.append(part)
    return made
