// One automation: what it says, how long after, as what, and at which hours.
import { call } from "./api.js";
import { joined, split, UNIT_CHOICES } from "./delays.js";
import { button, fill, make, say, whileBusy } from "./elements.js";
import { clearFields, tellForm, wordsOf } from "./failures.js";
import { field, input, select } from "./fields.js";
import { mergeFields } from "./merge_fields.js";
import { tell } from "./sdk.js";
import { lengthInWords } from "./text_length.js";
import { calmly } from "./waiting.js";

const PAUSE = 350;
const KINDS = [
  ["transactional", "Transactional"],
  ["marketing", "Promotional"],
];
const HOURS = [
  ["day", "By day: 9 to 20 o'clock"],
  ["any", "At any hour"],
  ["marketing", "When promotions are allowed"],
];

/** Returns the form; `put` keeps changes and returns what is kept, if anything, and `done` gets that, or nothing. */
export function automationForm({ automation, fields, put, done }) {
  const { amount, unit } = split(automation.delay_seconds);
  const controls = {
    template: make("textarea", { name: "template", class: "control", rows: 4, required: true, value: automation.text }),
    delay_seconds: input("delay_seconds", { type: "number", inputMode: "numeric", min: 0, step: 1, value: String(amount) }),
    unit: select("unit", UNIT_CHOICES),
    consent: select("consent", KINDS),
    hours: select("hours", HOURS),
  };
  controls.unit.value = unit;
  for (const name of ["consent", "hours"]) controls[name].value = automation[name];
  const place = make("div", { "aria-live": "polite" });
  const counter = make("p", { class: "hint counter", role: "status" });
  const bubble = make("p", { class: "bubble" });
  const example = make("div", { class: "preview", hidden: true }, make("h3", { class: "label" }, "What somebody would get"), bubble);
  const ask = calmly(PAUSE, preview);
  controls.template.addEventListener("input", () => ask());
  const save = make("button", { type: "submit", class: "button primary" }, make("span", {}, automation.enabled ? "Save" : "Save and switch on"));
  const form = make(
    "form",
    { class: "stack card", noValidate: true, onsubmit: submit, "aria-label": `Edit ${automation.title}` },
    make("h3", {}, automation.title),
    make("p", { class: "hint" }, automation.about),
    field("Text", controls.template),
    make("div", { class: "under" }, mergeFields(fields, controls.template), counter),
    example,
    make(
      "div",
      { class: "pair" },
      field("Wait before it is sent", controls.delay_seconds, { hint: "0: at once." }),
      field("Unit", controls.unit, { narrow: true }),
    ),
    make("div", { class: "pair" }, field("Kind", controls.consent), field("Hours, where the phone is", controls.hours)),
    place,
    make("div", { class: "row" }, save, !automation.enabled && button("Save, leave it off", (event) => keep(event.currentTarget, false)), button("Cancel", () => done(null), { kind: "plain" })),
  );
  ask();
  return form;

  function submit(event) {
    event.preventDefault();
    return keep(save, true);
  }

  function keep(pressed, enabled) {
    return whileBusy(pressed, async () => {
      clearFields(form);
      if (!controls.template.value.trim()) return tellForm(form, place, { errors: { template: ["Write its text."] } });
      try {
        const kept = await put(automation, { ...changes(), enabled });
        if (!kept) return undefined;
        tell(`“${kept.title}” is ${kept.enabled ? "switched on" : "saved, and off"}`);
        return done(kept);
      } catch (problem) {
        return tellForm(form, place, problem, () => keep(pressed, enabled));
      }
    });
  }

  /** What is as it was is not sent: it stays the app's own, or a template's that may change. */
  function changes() {
    const text = controls.template.value;
    return {
      ...(text !== automation.text && { template: text }),
      delay_seconds: joined(controls.delay_seconds.value, controls.unit.value),
      consent: controls.consent.value,
      hours: controls.hours.value,
    };
  }

  async function preview(isLast) {
    const text = controls.template.value;
    if (!text.trim()) {
      example.hidden = true;
      return say(counter, "");
    }
    try {
      const path = `/automations/${encodeURIComponent(automation.trigger)}/preview`;
      const seen = await call(path, { method: "POST", body: { template: text }, repeat: isLast });
      if (!isLast()) return undefined;
      example.hidden = false;
      fill(bubble, seen.text);
      return say(counter, lengthInWords(seen.segments, null, seen.characters));
    } catch (problem) {
      if (!isLast()) return undefined;
      example.hidden = true;
      return say(counter, Object.values(problem.errors ?? {}).flat()[0] ?? wordsOf(problem));
    }
  }
}
