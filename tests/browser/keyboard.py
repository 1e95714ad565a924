"""Somebody who has a keyboard and nothing else: Tab, Shift+Tab, arrows, Space, Enter and letters (AX-1, QUA-2.3)."""

from __future__ import annotations

import re

import pytest

from tests.browser.reader import Reader

WAYS = pytest.mark.parametrize(
    "way",
    [{"javascript": False}, {"javascript": True, "keyboard": True}],
    ids=["no JavaScript", "JavaScript and keyboard alone"],
)
"""The two ways in which each task of a school is done; registering is done in all four (decision 0060)."""
MOST_STOPS = 150
FOCUSED = "(element) => document.activeElement === element"
ORDER = """() => {
    const groups = new Set();
    return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
        .filter((one) => !one.disabled && one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }))
        .filter((one) => one.type !== "radio" || (!groups.has(one.name) && groups.add(one.name)))
        .map((one) => one.dataset.stop = String(groups.size) + one.outerHTML.slice(0, 120));
}"""
FROM_THE_TOP = """() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
}"""
AT = "() => document.activeElement === document.body ? '' : (document.activeElement.dataset.stop ?? document.activeElement.outerHTML)"


class KeyboardReader(Reader):
    """One browser window of somebody who never points at anything."""

    async def press(self, button: str, step: str = "") -> None:
        """Go to a button and press Enter."""
        target = self.page.get_by_role("button", name=button, exact=True).first
        await self.enter(target, step)

    async def follow(self, link: str, step: str = "") -> None:
        """Go to a link and press Enter."""
        await self.enter(self.page.locator("#page a", has_text=re.compile(rf"^\s*{re.escape(link)}")).first, step)

    async def enter(self, target: object, step: str) -> None:
        """Press Enter on something and wait for the page it leads to."""
        await self.go_to(target)
        await self.page.locator("main").evaluate("(main) => { main.dataset.read = 'yes'; }")
        await self.page.keyboard.press("Enter")
        await self.arrive(step)

    async def go_to(self, target: object) -> None:
        """Press Tab until something has the focus; fails when no number of presses leads there."""
        for _ in range(MOST_STOPS):
            if await target.evaluate(FOCUSED):  # type: ignore[attr-defined]
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {target} on {self.page.url}")

    async def fill(self, **fields: str) -> None:
        """Go to each box and type over what is there."""
        for name, value in fields.items():
            await self.go_to(self.page.locator(f"main [name={name}]"))
            await self.page.keyboard.press("ControlOrMeta+A")
            await self.page.keyboard.type(value)

    async def choose(self, label: str) -> None:
        """Go to a choice; radios are one stop, and arrows lead from one to the next."""
        words = self.page.locator("main label", has_text=re.compile(rf"^\s*{re.escape(label)}")).first
        choice = self.page.locator(f"[id='{await words.get_attribute('for')}']")
        if await choice.get_attribute("type") == "radio":
            await self.go_to_group(await choice.get_attribute("name") or "")
            while not await choice.evaluate(FOCUSED):
                await self.page.keyboard.press("ArrowDown")
        else:
            await self.go_to(choice)
        if not await choice.is_checked():
            await self.page.keyboard.press("Space")
        assert await choice.is_checked()

    async def go_to_group(self, name: str) -> None:
        """Press Tab until one of some radios has the focus."""
        for _ in range(MOST_STOPS):
            if await self.page.evaluate("(name) => document.activeElement.name === name", name):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {name} on {self.page.url}")

    async def choose_body(self, name: str) -> None:
        """Choose an appropriate body by its first letters."""
        if self.javascript:
            box = self.page.locator("input#appropriate_body_id")
            await box.wait_for()
            await self.go_to(box)
            await self.page.keyboard.press("ControlOrMeta+A")
            await self.page.keyboard.type(name[:5])
            await self.page.get_by_role("option", name=name).first.wait_for()
            await self.page.keyboard.press("ArrowDown")
            await self.page.keyboard.press("Enter")
        else:
            await self.go_to(self.page.locator("select[name=appropriate_body_id]"))
            await self.page.keyboard.type(name)


async def stops(reader: Reader) -> tuple[list[str], list[str]]:
    """Press Tab from the top of the page until it is left; returns where that stopped, and what can be used in reading order."""
    expected: list[str] = await reader.page.evaluate(ORDER)
    await reader.page.evaluate(FROM_THE_TOP)
    reached: list[str] = []
    for _ in range(len(expected) + 5):
        await reader.page.keyboard.press("Tab")
        at: str = await reader.page.evaluate(AT)
        if not at:
            break
        reached.append(at)
    return reached, expected
