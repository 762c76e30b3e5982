// All campaigns of the company, the newest first, looked at again while one of them goes on.
import { call } from "./api.js";
import { button, fill, make, whileBusy } from "./elements.js";
import { failure } from "./failures.js";
import { exactly, moment, several } from "./formats.js";
import { campaignPill } from "./message_states.js";
import { bar, inWords, portions } from "./standing.js";
import { watch } from "./waiting.js";

const PAGE = 20;
const GOES_ON = new Set(["importing", "scheduled", "running"]);

export function campaignList(open) {
  const list = make("ul", { class: "stack", "aria-label": "Campaigns" });
  const place = make("div", {}, make("p", { class: "hint", role: "status" }, "Loading …"));
  const more = button("Show more", () => whileBusy(more, () => load(shown + PAGE).catch(told)), { hidden: true });
  let shown = PAGE;
  let drawn = "";
  const looking = watch(() => load(shown));

  async function load(limit) {
    const { items, next } = await call("/campaigns", { query: { limit } });
    shown = limit;
    more.hidden = !next || limit >= 500;
    const now = JSON.stringify(items);
    if (now !== drawn) draw(items);
    drawn = now;
    return items.some((campaign) => GOES_ON.has(campaign.state));
  }

  function draw(items) {
    const focused = document.activeElement?.dataset?.campaign;
    fill(place, items.length === 0 && make("p", { class: "empty" }, "No campaign yet. Select people in your contacts list, then choose SMS campaign in the menu with the three dots."));
    fill(list, items.map((campaign) => make("li", {}, card(campaign))));
    if (focused) list.querySelector(`[data-campaign="${CSS.escape(focused)}"]`)?.focus();
  }

  function card(campaign) {
    const standing = portions(campaign);
    return make(
      "button",
      { type: "button", class: "choice", "data-campaign": campaign.id, onclick: () => open(campaign.id) },
      make("span", { class: "row between" }, make("span", { class: "strong" }, campaign.name), campaignPill(campaign.state)),
      bar(standing),
      make(
        "span",
        { class: "row between hint" },
        make("span", { class: "sentence" }, campaign.description ?? several(campaign.total ?? 0, "person", "people")),
        make("time", { datetime: campaign.created_at, title: exactly(campaign.created_at) }, madeBy(campaign)),
      ),
      make("span", { class: "unseen" }, inWords(standing)),
    );
  }

  const told = (problem) => fill(place, failure(problem, start));
  async function start() {
    try {
      if (await load(shown)) looking.start();
    } catch (problem) {
      told(problem);
    }
  }
  start();
  return { element: make("section", { class: "stack" }, make("h2", {}, "Campaigns"), place, list, more), stop: looking.stop };
}

const madeBy = (campaign) => [campaign.sent_by?.name, moment(campaign.created_at)].filter(Boolean).join(", ");
