// What the scripted checks of quality 2.2 look at in a page as it stands. Each returns sentences about what is wrong.

const rgba = (text) => {
  const [r = 0, g = 0, b = 0, a = 1] = (text.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  return { r, g, b, a };
};
const over = (top, bottom) => ({
  r: top.r * top.a + bottom.r * (1 - top.a),
  g: top.g * top.a + bottom.g * (1 - top.a),
  b: top.b * top.a + bottom.b * (1 - top.a),
  a: 1,
});
const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
const luminance = ({ r, g, b }) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const ratio = (one, other) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};
const behind = (element) => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) layers.unshift(rgba(getComputedStyle(at).backgroundColor));
  return layers.reduce((below, layer) => over(layer, below), { r: 255, g: 255, b: 255, a: 1 });
};
const said = (element) => `<${element.tagName.toLowerCase()} ${element.className} ${element.name ?? ""}> "${(element.textContent || element.value || "").trim().replace(/\s+/g, " ").slice(0, 50)}"`;
const hidden = (element) => {
  const box = element.getBoundingClientRect();
  return box.width <= 1 || box.height <= 1 || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
};
const apart = (element) => element.closest(".govuk-visually-hidden, .govuk-skip-link, dialog, [hidden], option, .autocomplete__wrapper, noscript");

function texts() {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim() || apart(node.parentElement) || hidden(node.parentElement)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
    if (boxes.length) found.push({ node, boxes });
  }
  return found;
}

// The middle of what can be seen of something: a table may reach beyond the window.
const middle = ({ left, right, top, bottom }) =>
  [(Math.max(left, 0) + Math.min(right, innerWidth)) / 2, (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2];

// What draws the edge of a control: of a choice its label, of files the button within.
const drawnBy = (control) => {
  if (["radio", "checkbox"].includes(control.type)) return getComputedStyle(control.labels[0], "::before");
  return control.type === "file" ? getComputedStyle(control, "::file-selector-button") : getComputedStyle(control);
};

const controls = () => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")]
  .filter((one) => one.tabIndex >= 0 && !one.disabled && !one.closest("dialog:not([open])") && one.checkVisibility({ visibilityProperty: true }));

const judged = new Set();
const probe = document.createElement("i");
const resolved = (near, property, value) => {
  probe.style[property] = value;
  near.append(probe);
  const colour = rgba(getComputedStyle(probe)[property]);
  probe.remove();
  probe.style[property] = "";
  return colour;
};
let colouring = null;
const colouringRules = (rules) => rules.flatMap((rule) => {
  if (rule instanceof CSSMediaRule) return matchMedia(rule.conditionText).matches ? colouringRules([...rule.cssRules]) : [];
  if (!rule.selectorText || !(rule.style.color || rule.style.backgroundColor)) return [];
  return rule.selectorText.split(/,(?![^(]*\))/).filter((one) => !one.includes("::")).map((one) => ({
    states: [...one.matchAll(/:(hover|active|visited|focus-visible|focus|link)\b/g)].map(([, state]) => state),
    plain: one.replace(/:not\(:[a-z-]+\)/g, "").replace(/:(hover|active|visited|focus-visible|focus|link)\b/g, "").trim() || "*",
    weight: (one.match(/[.:[]/g) ?? []).length,
    style: rule.style,
  }));
});

// What the style sheets say about a property of an element in a state: the heaviest rule that applies, the last of equals.
function winner(element, state, property) {
  colouring ??= colouringRules([...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]));
  const on = { hover: ["hover"], active: ["hover", "active"], focus: ["focus", "focus-visible"], visited: ["visited"] }[state];
  const applies = colouring.filter((rule) => rule.style[property] && element.matches(rule.plain)
    && rule.states.every((one) => on.includes(one) || (one === "link" && state !== "visited")));
  return applies.reduce((best, rule) => (!best || rule.weight >= best.weight ? rule : best), null)?.style[property];
}

window.checks = {
  // Nothing is cut off, lies over something else, or makes the page scroll sideways.
  lost() {
    const found = [];
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    if (wide > 0) {
      const widest = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5 && !one.closest(".app-scroll"));
      found.push(`the page scrolls sideways by ${wide} px: ${widest.length ? said(widest[widest.length - 1]) : ""}`);
    }
    for (const element of document.body.querySelectorAll("*")) {
      if (element.clientWidth <= 1 || apart(element) || ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName)) continue;
      const style = getComputedStyle(element);
      const cuts = (value) => value === "hidden" || value === "clip";
      const sideways = element.scrollWidth > element.clientWidth + 1;
      if ((cuts(style.overflowX) && sideways) || (cuts(style.overflowY) && element.scrollHeight > element.clientHeight + 1)) found.push(`cut off: ${said(element)}`);
      if (["auto", "scroll"].includes(style.overflowX) && sideways) {
        const labelled = element.getAttribute("aria-label") || element.getAttribute("aria-labelledby");
        if (element.tabIndex < 0 || element.getAttribute("role") !== "region" || !labelled) found.push(`scrolls without label or focus: ${said(element)}`);
      }
    }
    const lines = texts().flatMap(({ node, boxes }) => boxes.map((box) => ({ node, box })));
    lines.sort((a, b) => a.box.top - b.box.top);
    lines.forEach(({ node, box }, index) => {
      for (let next = index + 1; next < lines.length && lines[next].box.top < box.bottom - 6; next += 1) {
        const other = lines[next].box;
        if (Math.min(box.right, other.right) - Math.max(box.left, other.left) > 4 && lines[next].node !== node) found.push(`"${node.data.trim().slice(0, 40)}" lies over "${lines[next].node.data.trim().slice(0, 40)}"`);
      }
    });
    return found;
  },

  // What is read next stands further down, or further right on the same line.
  order() {
    const found = [];
    let last = null;
    for (const { node, boxes } of texts()) {
      const [first] = boxes;
      const cell = node.parentElement.closest("td, th, dt, dd");
      const row = cell?.closest("tr, .govuk-summary-list__row");
      // The next cell of a row begins beside the first line of the one before, however many lines that has.
      const above = last && row && last.row === row && last.cell !== cell ? last.begun : last?.top;
      const text = node.data.trim().slice(0, 40);
      if (last && first.top < above - 6) found.push(`"${text}" is read after "${last.text}" and stands above it`);
      const begun = last && last.cell === cell && cell ? last.begun : first.top;
      last = { top: first.top, begun, row, cell, text };
    }
    if (document.querySelector("[tabindex]:not([tabindex='0']):not([tabindex='-1'])")) found.push("a tab order of its own");
    return found;
  },

  // Boxes, choices and buttons stand out from what is around them.
  borders() {
    const found = [];
    for (const control of document.querySelectorAll("input, select, textarea, button, a[role=button]")) {
      const choice = ["radio", "checkbox"].includes(control.type);
      if (control.type === "hidden" || control.closest("dialog:not([open])") || (!choice && hidden(control))) continue;
      const drawn = drawnBy(control);
      const around = behind(control.parentElement);
      const line = parseFloat(drawn.borderTopWidth) > 0 ? ratio(over(rgba(drawn.borderTopColor), around), around) : 1;
      const area = ratio(over(rgba(drawn.backgroundColor), around), around);
      const below = drawn.boxShadow === "none" ? 1 : ratio(rgba(drawn.boxShadow), around);
      const link = drawn.textDecorationLine === "underline" || control.closest(".autocomplete__wrapper");
      if (!link && Math.max(line, area, below) < 3) found.push(`no edge: ${said(control)}`);
    }
    return found;
  },

  // With colours forced by the system every control still has an edge, or is underlined as a link.
  edges() {
    const found = [];
    for (const control of document.querySelectorAll("input, select, textarea, button, a[role=button]")) {
      const choice = ["radio", "checkbox"].includes(control.type);
      if (control.type === "hidden" || control.closest("dialog:not([open])") || (!choice && hidden(control))) continue;
      const drawn = drawnBy(control);
      const edge = drawn.borderTopStyle !== "none" && parseFloat(drawn.borderTopWidth) > 0;
      if (!edge && drawn.textDecorationLine !== "underline" && !control.closest(".autocomplete__wrapper")) found.push(`no edge in forced colours: ${said(control)}`);
    }
    return found;
  },

  // Nothing moves for whoever asked for less motion.
  still() {
    const found = document.getAnimations().map((one) => `moves: ${one.animationName ?? one.transitionProperty}`);
    for (const element of document.querySelectorAll("html, body, main, .app-scroll")) {
      if (getComputedStyle(element).scrollBehavior === "smooth") found.push("scrolls smoothly");
    }
    return found;
  },

  // Each control shows that it has the focus, and nothing lies over it.
  focus() {
    const found = [];
    const looks = (element) => {
      const seen = [element, element.labels?.[0] && ["radio", "checkbox"].includes(element.type) ? element.labels[0] : null].filter(Boolean)
        .flatMap((one) => [getComputedStyle(one), getComputedStyle(one, "::before")]);
      return seen.map((style) => ({ outline: style.outlineStyle === "none" ? "" : `${style.outlineWidth} ${style.outlineColor}`, shadow: style.boxShadow, area: style.backgroundColor, line: `${style.borderTopWidth} ${style.borderTopColor}` }));
    };
    const before = document.activeElement;
    for (const control of controls()) {
      before?.blur?.();
      document.activeElement?.blur?.();
      const plain = looks(control);
      const away = control.getBoundingClientRect().width <= 1;
      control.focus({ focusVisible: true });
      if (document.activeElement !== control) {
        found.push(`takes no focus: ${said(control)}`);
        continue;
      }
      const appears = away && control.getBoundingClientRect().width > 1;
      const around = behind(control.parentElement);
      const inside = behind(control);
      const marks = looks(control).flatMap((now, index) => Object.entries(now).filter(([what, value]) => value !== plain[index][what]).map(([, value]) => value));
      const colours = marks.flatMap((mark) => mark.match(/rgba?\([^)]*\)/g) ?? []).map(rgba).filter(({ a }) => a > 0.5);
      if (!appears && !colours.some((colour) => ratio(colour, around) >= 3 || ratio(colour, inside) >= 3)) found.push(`focus is not seen: ${said(control)}`);
      const at = document.elementFromPoint(...middle(control.getClientRects()[0]));
      if (at && at !== control && !control.contains(at) && !at.contains(control) && ![...(control.labels ?? [])].includes(at)) found.push(`focus lies under ${said(at)}: ${said(control)}`);
      if (!at) found.push(`focus is outside the window: ${said(control)}`);
    }
    document.activeElement?.blur?.();
    return found;
  },

  // What is written stays readable while it is pointed at, pressed, in focus or a way already gone.
  contrast() {
    const found = [];
    const enough = (element, colour, area) => {
      const style = getComputedStyle(element);
      const size = parseFloat(style.fontSize);
      return ratio(colour, area) >= (size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5);
    };
    for (const element of document.querySelectorAll("a[href], button, summary")) {
      const key = `${element.tagName} ${element.className} ${element.parentElement.className}`;
      if (judged.has(key) || !element.textContent.trim() || apart(element) || !element.checkVisibility()) continue;
      judged.add(key);
      for (const state of ["hover", "active", "focus", "visited"]) {
        const colour = winner(element, state, "color");
        const area = winner(element, state, "backgroundColor");
        const under = area ? over(resolved(element, "backgroundColor", area), behind(element.parentElement)) : behind(element);
        const text = colour ? resolved(element, "color", colour) : rgba(getComputedStyle(element).color);
        if (!enough(element, over(text, under), under)) found.push(`hard to read on ${state}: ${said(element)}`);
      }
    }
    return found;
  },

  // Without scripts no control is dead.
  dead() {
    return [...document.querySelectorAll("button[type=button], a:not([href]), a[href='#'], a[href='']")]
      .filter((one) => one.checkVisibility({ visibilityProperty: true })).map((one) => `does nothing without scripts: ${said(one)}`);
  },

  // Components are at work once; each error leads to its field.
  components() {
    const found = [];
    for (const one of document.querySelectorAll("[data-module]")) {
      if (!one.hasAttribute(`data-${one.dataset.module}-init`)) found.push(`not at work: ${one.dataset.module}`);
    }
    for (const link of document.querySelectorAll(".govuk-error-summary__list a")) {
      link.click();
      const field = document.getElementById(link.hash.slice(1));
      if (!field || document.activeElement !== field) found.push(`an error leads nowhere: ${said(link)}`);
    }
    for (const choice of document.querySelectorAll("input[type=radio][aria-controls]")) {
      const more = document.getElementById(choice.getAttribute("aria-controls"));
      choice.click();
      if (!more.checkVisibility()) found.push(`asks no more: ${said(choice)}`);
      const other = [...document.getElementsByName(choice.name)].find((one) => one !== choice && !one.hasAttribute("aria-controls"));
      other?.click();
      if (other && more.checkVisibility()) found.push(`goes on asking: ${said(choice)}`);
    }
    return found;
  },

  styled(text) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = text ? [sheet] : [];
  },
};
