// Everybody of a campaign with what became of their SMS; by status, page by page.
import { call } from "./api.js";
import { button, fill, make, whileBusy } from "./elements.js";
import { failure } from "./failures.js";
import { field, offer, select } from "./fields.js";
import { ended, exactly, figure, moment } from "./formats.js";
import { SKIPPED, STATES, statePill } from "./message_states.js";
import { openPerson } from "./sdk.js";

const PAGE = 50;
const MOST_AT_ONCE = 500;
const ALL = ["", "All"];
const HEADS = ["Name", "Number", "Status", "Time"];

/**
 * Returns {element, refresh, count}: refreshing keeps as many rows as are shown; `count` is told how many stand where,
 * as `portions` has it. `files` stand above the table.
 */
export function recipients(path, files) {
  const filter = select("status", [ALL]);
  const body = make("tbody", {});
  const place = make("div", {});
  const more = button("Show more", () => whileBusy(more, () => append().catch(told)), { hidden: true });
  let rows = [];
  let cursor = null;
  let drawn = "";
  let turn = 0;

  const ask = (limit, from) => call(`${path}/recipients`, { query: { status: filter.value, limit, cursor: from } });

  async function refresh() {
    const mine = ++turn;
    const page = await ask(Math.min(MOST_AT_ONCE, Math.max(PAGE, rows.length)), null);
    if (mine !== turn) return;
    // Beyond what can be asked for at once, what is shown stays as it was.
    const beyond = rows.length > page.items.length && page.next ? rows.slice(page.items.length) : [];
    if (!beyond.length) cursor = page.next;
    rows = [...page.items, ...beyond];
    draw();
  }

  async function append() {
    const mine = ++turn;
    const page = await ask(PAGE, cursor);
    if (mine !== turn) return;
    cursor = page.next;
    rows = [...rows, ...page.items];
    draw();
  }

  function draw() {
    more.hidden = !cursor;
    const now = JSON.stringify(rows);
    if (now === drawn) return;
    drawn = now;
    const focused = body.contains(document.activeElement) ? document.activeElement.dataset.row : null;
    fill(body, rows.map((row) => line(row, told)));
    if (focused) body.querySelector(`[data-row="${CSS.escape(focused)}"]`)?.focus();
    fill(place, rows.length === 0 && make("p", { class: "empty" }, filter.value ? "Nobody has this status." : "Nobody yet."));
    table.hidden = rows.length === 0;
  }

  /** Offers what occurs, and what is shown, even if nobody is there any more. */
  function count(standing) {
    const shown = filter.value;
    const gone = shown && !standing.some(({ status }) => status === shown);
    const offered = gone ? [...standing, { status: shown, words: STATES[shown].words, count: 0 }] : standing;
    offer(filter, [ALL, ...offered.map(({ status, words, count: people }) => [status, `${words} (${figure(people)})`])]);
  }

  const told = (problem) => fill(place, failure(problem, () => refresh().catch(told)));
  filter.addEventListener("change", () => {
    [rows, cursor] = [[], null];
    refresh().catch(told);
  });
  const table = make(
    "div",
    { class: "table", tabindex: "0", role: "region", "aria-label": "People of this campaign", hidden: true },
    make(
      "table",
      {},
      make("thead", {}, make("tr", {}, HEADS.map((words) => make("th", { scope: "col" }, words)))),
      body,
    ),
  );
  return {
    refresh,
    count,
    element: make("div", { class: "stack" }, make("div", { class: "row between beside" }, field("Show", filter), files), place, table, more),
  };
}

function line(row, told) {
  const when = row.finished_at ?? row.sent_at;
  const name = row.name || "No name";
  return make(
    "tr",
    {},
    make(
      "td",
      {},
      row.person_id
        ? make("button", { type: "button", class: "link", "data-row": row.row, onclick: () => openPerson(row.person_id).catch(told) }, name)
        : name,
    ),
    make("td", { class: "phone" }, row.to ?? "—"),
    make("td", {}, statePill(row.status), row.error && make("p", { class: "hint" }, reasonOf(row.error))),
    make("td", { class: "moment" }, when ? make("time", { datetime: when, title: exactly(when) }, moment(when)) : "—"),
  );
}

const reasonOf = ({ message, code }) => ended(message || SKIPPED[code] || code);
