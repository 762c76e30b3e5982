// Labelled fields of forms, each with its hint and its place for an error.
import { make, say } from "./elements.js";

let made = 0;

/** Wraps a control that has a `name`; its label, hint and error are tied to it. */
export function field(label, control, { hint = null, narrow = false, unseenLabel = false } = {}) {
  made += 1;
  control.id ||= `field-${made}`;
  const hintId = `${control.id}-hint`;
  const errorId = `${control.id}-error`;
  control.setAttribute("aria-describedby", hint ? `${hintId} ${errorId}` : errorId);
  control.addEventListener("input", () => clearField(control));
  return make(
    "div",
    { class: narrow ? "field narrow" : "field" },
    make("label", { for: control.id, class: unseenLabel ? "unseen" : null }, label),
    control,
    hint && make("p", { class: "hint", id: hintId }, hint),
    make("p", { class: "error", id: errorId, "data-error-of": control.name, "aria-live": "polite" }),
  );
}

/** Takes back what is said beside a field. */
export function clearField(control) {
  control.removeAttribute("aria-invalid");
  document.getElementById(`${control.id}-error`)?.replaceChildren();
}

export const input = (name, properties = {}) =>
  make("input", { type: "text", name, class: "control", autocomplete: "off", spellcheck: false, ...properties });

/** Returns a select of [value, words] pairs. */
export function select(name, options, properties = {}) {
  const control = make("select", { name, class: "control", ...properties });
  offer(control, options);
  return control;
}

/** Gives a select other options; what was chosen stays, where it is still there, and a list that is open stays open. */
export function offer(control, options) {
  const known = [...control.options];
  if (known.length === options.length && known.every((option, at) => option.value === options[at][0])) {
    known.forEach((option, at) => say(option, options[at][1]));
    return;
  }
  const chosen = control.value;
  control.replaceChildren(...options.map(([value, words]) => make("option", { value }, words)));
  if (options.some(([value]) => value === chosen)) control.value = chosen;
}

/** Returns a box to tick with its words. */
export function tick(name, words, properties = {}) {
  made += 1;
  const box = make("input", { type: "checkbox", name, id: `tick-${made}`, ...properties });
  return { box, element: make("div", { class: "tick" }, box, make("label", { for: box.id }, words)) };
}

export const MESSAGE_TYPES = [
  ["TRANSACTION", "Transactional"],
  ["PROMOTIONAL", "Promotional"],
  ["OTP", "One-time code"],
];
export const CHANNELS = [
  ["SMS", "SMS"],
  ["WHATSAPP", "WhatsApp"],
  ["RCS", "RCS"],
];
export const wordsFor = (pairs, value) => pairs.find(([known]) => known === value)?.[1] ?? value;
