// Whom a campaign is for, where Pipedrive did not say: a saved filter. Never everybody by itself.
import { call } from "./api.js";
import { fill, make } from "./elements.js";
import { banner, failure } from "./failures.js";
import { field, select } from "./fields.js";

/** Returns {element}; `chosen` is called with a filter. */
export function chooser(chosen) {
  const place = make("div", {}, make("p", { class: "hint", role: "status" }, "Loading your filters …"));
  const choose = (filters) => {
    const control = select("filter", filters.map(({ id, name }) => [String(id), name]));
    return make(
      "form",
      {
        class: "stack",
        onsubmit: (event) => {
          event.preventDefault();
          chosen({ filter_id: Number(control.value) });
        },
      },
      field("Saved filter", control, { hint: "Filters of people that you see in Pipedrive." }),
      make("div", { class: "row" }, make("button", { type: "submit", class: "button primary" }, "Use this filter")),
    );
  };
  async function load() {
    try {
      const { items } = await call("/filters");
      fill(place, items.length ? choose(items) : banner("There is no saved filter of people yet.", { kind: "info" }));
    } catch (problem) {
      fill(place, failure(problem, load));
    }
  }
  load();
  return make(
    "section",
    { class: "stack" },
    make("h2", {}, "Whom do you want to text?"),
    make("p", {}, "Nobody is selected. Close this window and tick people in your contacts list, or choose one of your saved filters."),
    place,
  );
}
