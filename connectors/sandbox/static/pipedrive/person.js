// A contact: the app's panel, and the history that keeps itself up to date.

import { AppFrame } from "./frames.js";
import "./host.js";

const POLL_MS = 1500;
const KEPT = new Set(["B", "STRONG", "I", "EM", "BR", "P", "UL", "OL", "LI", "DIV", "SPAN"]);

const person = document.getElementById("person");
const list = document.getElementById("timeline");
const nothing = document.getElementById("nothing");
const place = document.getElementById("panel");
const shown = new Set();

// As Pipedrive cleans what apps write: words stay, and simple tags without their attributes.
function cleaned(node) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE || ["SCRIPT", "STYLE"].includes(node.tagName)) return "";
  const copy = KEPT.has(node.tagName) ? document.createElement(node.tagName) : document.createDocumentFragment();
  copy.append(...[...node.childNodes].map(cleaned));
  return copy;
}

function newEntry({ kind, title, html, at }) {
  const entry = document.createElement("li");
  const head = document.createElement("p");
  head.className = "soft";
  const time = document.createElement("time");
  time.dateTime = `${at.replace(" ", "T")}Z`;
  time.textContent = new Date(time.dateTime).toLocaleString();
  head.append(`${kind} · `, time);
  const body = document.createElement("div");
  body.className = "written";
  body.append(...[...new DOMParser().parseFromString(html, "text/html").body.childNodes].map(cleaned));
  entry.append(head);
  if (title) {
    const heading = document.createElement("h3");
    heading.textContent = title;
    entry.append(heading);
  }
  entry.append(body);
  return entry;
}

async function look() {
  try {
    const answer = await fetch(person.dataset.timeline);
    const fresh = (await answer.json()).items.filter((item) => !shown.has(item.key));
    for (const item of fresh.reverse()) {
      shown.add(item.key);
      list.prepend(newEntry(item));
    }
    nothing.hidden = shown.size > 0;
  } catch {
    // The sandbox may have been stopped; it is asked again.
  }
  setTimeout(look, POLL_MS);
}

if (place) {
  const frame = new AppFrame({
    place,
    page: "panel",
    kind: "panel",
    title: "Send an SMS",
    selection: { resource: "person", view: "details", selectedIds: person.dataset.person },
  });
  const fold = document.getElementById("fold");
  fold.addEventListener("click", () => {
    place.hidden = !place.hidden;
    fold.setAttribute("aria-expanded", String(!place.hidden));
    frame.emit("visibility", { is_visible: !place.hidden, context: { invoker: "user" } });
  });
}

look();
