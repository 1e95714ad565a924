// "Try it" on the reference of the lead provider API: the token stays in the field of this page and nowhere else.
const ask = document.querySelector("[data-try-token]");
const token = document.querySelector("#token");

async function send(method, part) {
  const [path, body] = part.querySelectorAll("input, textarea");
  const shown = part.querySelector("pre");
  shown.hidden = false;
  shown.textContent = "Asking…";
  try {
    const answer = await fetch(new URL(path.value, window.location.origin), {
      method,
      body: body ? body.value : undefined,
      headers: {
        Authorization: `Bearer ${token.value.trim()}`,
        ...(body ? { "Content-Type": "application/json" } : {}),
      },
      credentials: "omit",
      cache: "no-store",
    });
    const text = await answer.text();
    let said = text;
    try {
      said = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      // shown as it came
    }
    shown.textContent = `${answer.status} ${answer.statusText}\n\n${said}`;
  } catch {
    shown.textContent = "There was no answer. Check that you are online and try again.";
  }
}

if (ask) {
  ask.hidden = false;
  for (const part of document.querySelectorAll("[data-try]")) {
    part.hidden = false;
    part.querySelector("button").addEventListener("click", () => send(part.dataset.try.split(" ")[0], part));
  }
}
