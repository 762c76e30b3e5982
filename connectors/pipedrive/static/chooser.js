// Whom a campaign is for, where Pipedrive did not say: a saved filter, or one's own people. Never everybody by itself.
import { call } from "./api.js";
import { fill, make } from "./elements.js";
import { failure } from "./failures.js";
import { field, select } from "./fields.js";

const EVERYONE = "everyone";
const OWN = "own";

/** Returns the choice for a user; `chosen` is called with a filter. */
export function chooser(userId, chosen) {
  const place = make("div", {}, make("p", { class: "hint", role: "status" }, "Loading your filters …"));
  const choose = (filters) => {
    const control = select("filter", [
      ["", "Choose one"],
      ...filters.map(({ id, name }) => [String(id), name]),
      [OWN, "People I own"],
      [EVERYONE, "Everybody I can see"],
    ], { required: true });
    return make(
      "form",
      {
        class: "stack",
        onsubmit: (event) => {
          event.preventDefault();
          if (control.value === OWN) chosen({ user_id: userId });
          else chosen(control.value === EVERYONE ? { everyone: true } : { filter_id: Number(control.value) });
        },
      },
      field("People", control, { hint: "Your saved filters of people, and two more. You see how many they are before anything is sent." }),
      make("div", { class: "row" }, make("button", { type: "submit", class: "button primary" }, "Go on")),
    );
  };
  async function load() {
    try {
      const { items } = await call("/filters");
      fill(place, choose(items));
    } catch (problem) {
      fill(place, failure(problem, load));
    }
  }
  load();
  return make(
    "section",
    { class: "stack" },
    make("h2", {}, "Whom do you want to text?"),
    make("p", {}, "Nobody is selected. Close this window and tick people in your contacts list, or choose a list here."),
    place,
  );
}
