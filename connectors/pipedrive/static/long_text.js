// Texts that may be long: the beginning, and the rest when asked for.
import { make, say } from "./elements.js";

const SHOWN = 160;
const whole = new Set();

/** Returns a text; what was opened under a key stays open when the list is drawn anew. */
export function longText(text, key) {
  const words = make("p", { class: "text" }, text);
  if (text.length <= SHOWN * 1.25) return words;
  const turn = make("button", { type: "button", class: "link", onclick: () => show(!whole.has(key)) });
  function show(all) {
    if (all) whole.add(key);
    else whole.delete(key);
    say(words, all ? text : `${text.slice(0, SHOWN).trimEnd()}…`);
    say(turn, all ? "Show less" : "Show all");
    turn.setAttribute("aria-expanded", String(all));
  }
  show(whole.has(key));
  return make("div", {}, words, turn);
}
