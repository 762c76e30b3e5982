// Keeps the log of webhooks live, and the levers beside it.

import { contentOf, send, tell } from "./actions.js";

const POLL_MS = 700;
const LIMIT = 100;
const STATES = { waiting: "on its way", failed: "given up" };

const { shop } = document.body.dataset;
const rows = document.getElementById("log");
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
let version = null;
let known = null;

function element(kind, text, className = "") {
  const made = document.createElement(kind);
  made.textContent = text;
  made.className = className;
  return made;
}

function cell(...content) {
  const made = document.createElement("td");
  made.append(...content);
  return made;
}

function answersOf(webhook) {
  const place = element("span", "", "answers");
  for (const answer of webhook.answers) {
    const kind = answer >= 200 && answer < 300 ? "good" : "bad";
    place.append(element("span", answer ?? "no answer", `chip ${kind}`));
  }
  if (webhook.state in STATES) place.append(element("span", STATES[webhook.state], "chip waiting"));
  return place;
}

function rowOf(webhook) {
  const row = document.createElement("tr");
  row.classList.toggle("new", known !== null && !known.has(webhook.id));
  const topic = element("th", webhook.topic);
  topic.scope = "row";
  const at = element("time", clock.format(new Date(webhook.at)));
  at.dateTime = webhook.at;
  const about = webhook.copies > 1 ? `${webhook.about} (${webhook.copies} copies)` : webhook.about;
  row.append(cell(at), topic, cell(about), cell(element("span", webhook.signed_by, "soft")), cell(answersOf(webhook)));
  return row;
}

function show(items) {
  rows.replaceChildren(...items.map(rowOf));
  known = new Set(items.map((one) => one.id));
  document.getElementById("log-empty").hidden = items.length > 0;
  document.getElementById("log-table").hidden = items.length === 0;
  document.getElementById("log-count").textContent = items.length === LIMIT ? `the newest ${LIMIT}` : items.length || "";
}

async function look() {
  const query = new URLSearchParams({ limit: LIMIT, ...(version !== null && { version }) });
  const found = await send("GET", `${shop}/webhooks.json?${query}`);
  version = found.version;
  if (found.items) show(found.items);
}

async function keepLooking() {
  for (;;) {
    if (!document.hidden) {
      try {
        await look();
      } catch (problem) {
        tell(problem.message);
      }
    }
    await new Promise((go) => setTimeout(go, POLL_MS));
  }
}

const levers = document.getElementById("levers");
levers.addEventListener("change", async () => {
  try {
    await send("PUT", "/sandbox/shopify/levers", contentOf(levers));
  } catch (problem) {
    tell(problem.message);
  }
});
levers.addEventListener("submit", (event) => event.preventDefault());

keepLooking();
