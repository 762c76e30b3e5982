// Buttons that put a merge field where the cursor is.
import { make } from "./elements.js";

const AT_HAND = ["person.first_name", "person.name", "person.org.name", "user.name", "deal.title"];

export function insertAtCursor(area, words) {
  area.setRangeText(words, area.selectionStart, area.selectionEnd, "end");
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Returns the buttons for a text area; `fields` are {name, label, group}. */
export function mergeFields(fields, area) {
  const insert = (field, kind) =>
    make(
      "button",
      {
        type: "button",
        class: kind,
        title: `{{ ${field.name} }}`,
        "aria-label": `Insert ${field.label}${kind === "item" ? "" : ` of ${field.group.toLowerCase()}`}`,
        onclick: () => insertAtCursor(area, `{{ ${field.name} }}`),
      },
      field.label,
    );
  const atHand = fields.filter((field) => AT_HAND.includes(field.name));
  const groups = [...new Set(fields.map((field) => field.group))].map((group) => [
    group,
    fields.filter((field) => field.group === group),
  ]);
  return make(
    "div",
    { class: "insert", role: "group", "aria-label": "Insert a field" },
    make("span", { class: "hint", "aria-hidden": "true" }, "Insert"),
    atHand.map((field) => insert(field, "chip")),
    fields.length > atHand.length &&
      make(
        "details",
        { class: "more" },
        make("summary", { class: "chip" }, "More fields"),
        make(
          "div",
          { class: "items", tabindex: "0", role: "region", "aria-label": "All fields" },
          groups.map(([group, its]) => [make("h3", {}, group), its.map((field) => insert(field, "item"))]),
        ),
      ),
  );
}
