// The warning before a session ends (ACC-9.4): a countdown that all tabs of the service share.
// The server says with each page how many seconds are left; nothing is stored, tabs tell each other.

const WARN = 300_000;
const SAID_AT = [300, 240, 180, 120, 60, 30, 10];
const tabs = new BroadcastChannel("session");
const byId = (id) => document.getElementById(id);

let idle = 0; // how long a use keeps the session, in ms
let ends = 0; // when it ends unless used, by the clock of this machine
let last = 0; // when it ends whatever is done
let dismissed = false;
let timer = 0;
let said = 0; // the last of SAID_AT that was passed

export function watchSession() {
  const { sessionSeconds, sessionAtMost } = byId("page").dataset;
  const dialog = byId("session-dialog");
  if (sessionSeconds === undefined || !dialog) return;
  idle = sessionSeconds * 1000;
  last = Date.now() + sessionAtMost * 1000;
  if (!timer) listen(dialog);
  used();
}

function listen(dialog) {
  timer = setInterval(tick, 1000);
  tabs.addEventListener("message", ({ data }) => follow(data.ends, data.last));
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); stay(); });
  byId("session-extend").addEventListener("submit", (event) => { event.preventDefault(); stay(); });
}

function used() {
  follow(Date.now() + idle, last);
  tabs.postMessage({ ends, last });
}

function follow(newEnds, newLast) {
  last = newLast;
  ends = Math.min(newEnds, last);
  dismissed = false;
  tick();
}

function tick() {
  const left = ends - Date.now();
  const dialog = byId("session-dialog");
  if (left <= -1000) {
    clearInterval(timer);
    location.reload(); // the server answers with the sign-in page and keeps where to return to
  } else if (left > WARN) {
    if (dialog.open) dialog.close();
  } else if (!dismissed) {
    warn(dialog, Math.max(0, Math.ceil(left / 1000)));
  }
}

function warn(dialog, seconds) {
  const words = inWords(seconds);
  const passed = SAID_AT.findLast((at) => seconds <= at); // a tick may come late
  byId("session-left").textContent = words;
  if (!dialog.open) dialog.showModal();
  else if (passed !== said) byId("session-announcement").textContent = `We will sign you out in ${words}.`;
  said = passed;
}

function inWords(seconds) {
  const parts = [[Math.floor(seconds / 60), "minute"], [seconds % 60, "second"]];
  return parts.filter(([count]) => count).map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`).join(" ") || "a moment";
}

async function stay() {
  if (ends >= last) { // the absolute limit: nothing can be added
    dismissed = true;
    byId("session-dialog").close();
    return;
  }
  const form = byId("session-extend");
  const headers = { "X-CSRF-Token": form.elements.csrf_token.value };
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: "POST", headers, body, redirect: "manual" }).catch(() => null);
  if (answer?.ok) used();
  else if (answer) location.reload();
}
