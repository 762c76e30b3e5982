// How a campaign stands: a picture, its legend as a table, and the same in words.
import { draw, make } from "./elements.js";
import { figure, share } from "./formats.js";
import { STATES } from "./message_states.js";

const RADIUS = 15.9155; // so that the way round is 100

/** Returns what there is of each state that occurs: [{status, words, shade, count}]. */
export function portions(campaign) {
  const skipped = Object.values(campaign.skipped ?? {}).reduce((sum, count) => sum + count, 0);
  const counts = { ...campaign.counts, skipped };
  const order = ["delivered", "sent", "sending", "queued", "scheduled"];
  const statuses = [...order, ...Object.keys(STATES).filter((status) => !order.includes(status))];
  return statuses
    .filter((status) => counts[status] > 0)
    .map((status) => ({ status, words: STATES[status].words, shade: STATES[status].shade, count: counts[status] }));
}

const sum = (standing) => standing.reduce((all, { count }) => all + count, 0);

export function inWords(standing) {
  return standing.map(({ words, count }) => `${words}: ${figure(count)}`).join(", ") || "Nobody yet";
}

/** Returns one line in as many colours as there are states. */
export function bar(standing) {
  const all = sum(standing);
  let at = 0;
  const parts = standing.map(({ shade, count }) => {
    const width = (100 * count) / all;
    at += width;
    return draw("rect", { x: at - width, y: 0, width, height: 4, "data-shade": shade });
  });
  return draw(
    "svg",
    { class: "bar", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
    draw("rect", { x: 0, y: 0, width: 100, height: 4 }),
    ...parts,
  );
}

/** Returns a ring with the share that was delivered in its middle. */
export function donut(standing) {
  const all = sum(standing);
  const ring = { cx: 21, cy: 21, r: RADIUS };
  let at = 0;
  const parts = standing.map(({ shade, count }) => {
    const part = (100 * count) / all;
    at += part;
    const dash = { "stroke-dasharray": `${part} ${100 - part}`, "stroke-dashoffset": 25 + part - at };
    return draw("circle", { ...ring, ...dash, "data-shade": shade });
  });
  const delivered = standing.find(({ status }) => status === "delivered")?.count ?? 0;
  return draw(
    "svg",
    { class: "donut", viewBox: "0 0 42 42", role: "img", "aria-label": `How it stands. ${inWords(standing)}` },
    draw("circle", ring),
    ...parts,
    draw("text", { x: 21, y: 22 }, share(delivered, all)),
    draw("text", { x: 21, y: 26 }, "delivered"),
  );
}

export function legend(standing) {
  const all = sum(standing);
  const row = ({ words, shade, count }) =>
    make(
      "tr",
      {},
      make("td", {}, dot(shade), words),
      make("td", { class: "number" }, figure(count)),
      make("td", { class: "number" }, share(count, all)),
    );
  return make(
    "table",
    { class: "legend" },
    make("caption", { class: "unseen" }, "How many people stand where"),
    make(
      "thead",
      { class: "unseen" },
      make("tr", {}, ["Status", "People", "Share"].map((words) => make("th", { scope: "col" }, words))),
    ),
    make("tbody", {}, standing.map(row)),
  );
}

const dot = (shade) =>
  draw(
    "svg",
    { class: "dot", viewBox: "0 0 10 10", "data-shade": shade, "aria-hidden": "true", focusable: "false" },
    draw("circle", { cx: 5, cy: 5, r: 5 }),
  );
