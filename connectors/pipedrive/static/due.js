// "Send later": a moment in the person's own time zone.
import { make, say } from "./elements.js";
import { field, input } from "./fields.js";
import { asLocal, withOffset, zone } from "./formats.js";

const AHEAD = 60 * 60_000;
const FURTHEST = 90 * 24 * 60 * 60_000;

/** Returns {element, toggle, value()}: the field, the button that shows it, and the moment as RFC 3339 or null. */
export function due(onchange) {
  const control = input("due_at", { type: "datetime-local" });
  const element = make(
    "div",
    { class: "later", hidden: true },
    field("Send at", control, { hint: `In your time zone, ${zone()}. At most 90 days ahead.` }),
  );
  const words = make("span", {}, "Send later");
  const toggle = make("button", { type: "button", class: "button secondary", "aria-expanded": "false", onclick: turn }, words);
  function turn() {
    element.hidden = !element.hidden;
    toggle.setAttribute("aria-expanded", String(!element.hidden));
    say(words, element.hidden ? "Send later" : "Send now instead");
    if (!element.hidden) {
      control.min = asLocal(new Date());
      control.max = asLocal(new Date(Date.now() + FURTHEST));
      control.value ||= asLocal(new Date(Date.now() + AHEAD));
      control.focus();
    }
    onchange();
  }
  return {
    element,
    toggle,
    isLater: () => !element.hidden,
    value: () => (element.hidden ? null : withOffset(control.value)),
    reset: () => {
      if (!element.hidden) turn();
      control.value = "";
    },
  };
}
