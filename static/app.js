// What a page load does for nothing, done again after each swap by HTMX: components, focus, announcements.
// Also: waiting, failures, and type-ahead over selects.

import { initAll } from "./vendor/govuk-frontend/govuk-frontend.min.js";
import { watchSession } from "./session.js";

const byId = (id) => document.getElementById(id);
const form = (element) => element?.closest?.("form");

// Starting a page

function start() {
  initAll({ scope: document, onError: () => {} }); // what runs already refuses to be started again
  for (const select of document.querySelectorAll("select[data-autocomplete]")) enhance(select);
  withoutExpanded();
  forget();
  watchSession();
}

function focusPage() {
  if (document.querySelector(".govuk-error-summary, .govuk-notification-banner[role=alert]")) return; // focus themselves
  focus(document.querySelector("main h1") ?? byId("main-content"));
}

function focus(heading) {
  if (!heading) return;
  heading.setAttribute("tabindex", "-1");
  heading.addEventListener("blur", () => heading.removeAttribute("tabindex"), { once: true });
  heading.focus({ preventScroll: true });
}

// Radios cannot be "expanded"; the component says so of those with more to ask.
function withoutExpanded() {
  for (const radio of document.querySelectorAll("input[type=radio][aria-expanded]")) radio.removeAttribute("aria-expanded");
}
document.addEventListener("click", withoutExpanded);

function announce(text) {
  byId("announcement").textContent = text;
}

// Nothing stays in browser storage; HTMX notes the current path there.
function forget() {
  try {
    sessionStorage.removeItem("htmx-current-path-for-history");
  } catch { /* storage is switched off */ }
}

// What an address says of a change that was just made is said once: loading the page again does not say it again.
function sayOnce() {
  const address = new URL(location.href);
  if (!address.pathname.startsWith("/admin/") || !address.searchParams.has("done")) return;
  address.searchParams.delete("done");
  history.replaceState(history.state, "", address);
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "page") {
    start();
    focusPage();
  } else if (event.target.id !== "service-nav") {
    start();
    const status = event.target.querySelector("[data-status]") ?? event.target.closest("[data-status]");
    if (status) announce(status.textContent.trim());
    if (document.activeElement === document.body) focus(event.target.querySelector("h2")); // what was used is gone
  }
});
for (const name of ["htmx:pushedIntoHistory", "htmx:replacedInHistory", "htmx:load"]) {
  document.addEventListener(name, forget);
  document.addEventListener(name, sayOnce);
}

// Waiting: busy at once, a visible word after 300 ms, a second press of the same form sends nothing

const plain = new WeakSet();
let waiting = 0;

document.addEventListener("submit", (event) => {
  if (plain.has(event.target)) {
    event.stopPropagation(); // HTMX failed with it before: let the browser send it
  } else if (event.target.ariaBusy === "true") {
    event.preventDefault();
    event.stopPropagation();
  }
}, true);

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, target } = event.detail;
  target.ariaBusy = "true";
  if (form(elt)) form(elt).ariaBusy = "true";
  clearTimeout(waiting);
  waiting = setTimeout(() => { byId("progress").textContent = "Loading"; }, 300);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, target } = event.detail;
  clearTimeout(waiting);
  byId("progress").textContent = "";
  target.removeAttribute("aria-busy");
  form(elt)?.removeAttribute("aria-busy");
});

// No answer: a link is followed by the browser; a form is kept as it is, and works plainly when pressed again

function failed(event) {
  const { elt, pathInfo, requestConfig } = event.detail;
  if (requestConfig.verb === "get") {
    location.assign(pathInfo.finalRequestPath ?? pathInfo.requestPath);
    return;
  }
  plain.add(form(elt));
  byId("failure")?.remove();
  const message = document.createElement("p");
  message.id = "failure";
  message.className = "govuk-error-message";
  message.setAttribute("role", "alert");
  form(elt).querySelector("button[type=submit]").before(message);
  message.textContent = "We could not reach the service. Check your connection, then press the button again.";
}
document.addEventListener("htmx:sendError", failed);
document.addEventListener("htmx:timeout", failed);

// Type-ahead over a real select

let library = null;

function enhance(select) {
  library ??= import(document.body.dataset.autocompleteScript);
  library.then(() => {
    if (!select.isConnected || select.dataset.enhanced) return;
    select.dataset.enhanced = "true";
    const name = select.id;
    const hints = select.getAttribute("aria-describedby");
    window.accessibleAutocomplete.enhanceSelectElement({
      selectElement: select,
      defaultValue: select.value ? select.selectedOptions[0].text : select.dataset.typed ?? "",
      menuAttributes: { "aria-label": "Matches" },
      showAllValues: true,
      confirmOnBlur: false,
      onConfirm: () => {},
    });
    const input = byId(name);
    if (hints) input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") ?? ""} ${hints}`.trim());
    const match = () => choose(select, input.value);
    form(select).addEventListener("submit", match, true);
    input.addEventListener("blur", match);
  });
}

// What was typed is chosen only if it is an option; anything else is sent as such, for the server to refuse.
function choose(select, typed) {
  const wanted = typed.trim().toLowerCase();
  const option = [...select.options].find((one) => one.value !== "" && one.text.trim().toLowerCase() === wanted);
  select.querySelector("option[data-typed]")?.remove();
  if (option || !wanted) {
    select.value = option?.value ?? "";
  } else {
    const other = new Option(typed, typed, true, true);
    other.dataset.typed = "true";
    select.add(other);
  }
}

start();
sayOnce();
addEventListener("pageshow", withoutExpanded); // after the component's own
