"""Change one of the settings of rules, section 21 (ADM-10.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.access.service_settings import store_setting, stored_settings
from app.access.setting_events import SettingChanged
from app.db.transaction import transaction
from app.events.record import About, record
from app.policy import RANGES, Policy, called, words_of
from app.terms import Refused

if TYPE_CHECKING:
    from app.terms import Actor

KEY = re.compile(r"[a-z]+(?:_[a-z]+)+")
LONGEST_TEXT, MOST_ITEMS = 200, 50


@dataclass(frozen=True)
class ChangeSetting:
    """Which setting gets which value, as it is stored; None is the default."""

    key: str
    value: Any


async def change_setting(command: ChangeSetting, actor: Actor) -> bool:
    """Store the value; returns whether it differs. Raises Refused for one outside the stated range."""
    async with transaction():
        stored = await stored_settings(lock=True)
        old = stored.get(command.key)
        if command.value == old:
            return False
        _demand_in_range(command)
        others = {key: value for key, value in stored.items() if key != command.key}
        try:
            Policy.from_rows(others if command.value is None else {**others, command.key: command.value})
        except ValueError as fault:
            said = KEY.sub(lambda found: called(found[0]), f"{fault}")
            raise Refused("out_of_range", "value", f"{said[:1].upper()}{said[1:]}") from fault
        await store_setting(command.key, command.value)
        record(
            SettingChanged(About(), command.key, *(_in_force(command.key, value) for value in (old, command.value))),
            actor,
        )
        return True


def _in_force(key: str, stored: Any) -> Any:
    """Return a value as it is stored; where none is, the default in words (ADM-1.3)."""
    if stored is not None:
        return stored
    return f"{'; '.join(words_of(getattr(Policy(), key)).splitlines()) or 'nothing'}, the default"


def _demand_in_range(command: ChangeSetting) -> None:
    value = command.value
    if isinstance(value, int) and not isinstance(value, bool) and command.key in RANGES:
        least, most = RANGES[command.key]
        if not least <= value <= most:
            raise Refused("out_of_range", "value", f"Enter a number from {least:,} to {most:,}")
    several = [*value, *value.values()] if isinstance(value, dict) else value
    texts = several if isinstance(several, list) else [several]
    if len(texts) > MOST_ITEMS or any(isinstance(text, str) and len(text) > LONGEST_TEXT for text in texts):
        raise Refused("out_of_range", "value", f"At most {MOST_ITEMS} items of {LONGEST_TEXT} characters are allowed")
