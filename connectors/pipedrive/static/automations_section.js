// What is sent by itself: listed by pipeline, switched on and off, changed.
import { call } from "./api.js";
import { automationForm } from "./automation_form.js";
import { delayInWords } from "./delays.js";
import { button, fill, make, whileBusy } from "./elements.js";
import { banner, failure } from "./failures.js";
import { longText } from "./long_text.js";
import { confirmed, tell } from "./sdk.js";

const PERSON_ADDED = "person_added";
const ABOUT =
  "A text that goes out by itself when a person is added to your contacts, or when a deal enters a stage: to the number that the panel would choose.";
const GONE = "This stage is no longer there, or hidden from you.";
const EVERYBODY = {
  title: "Text everybody who is added from now on?",
  description: "However they are added: by hand, through a form, or by an import of many. Nobody who is there already is texted.",
  okText: "Switch on",
  cancelText: "Leave it off",
};
const HOURS = { any: "at any hour", day: "by day", marketing: "when promotions are allowed" };

/** Returns the section; who is no admin looks only. */
export function automationsSection({ isAdmin }) {
  const place = make("div", { "aria-live": "polite" });
  const content = make("div", { class: "stack" }, make("p", { class: "hint", role: "status" }, "Loading …"));
  let fields = { person: [], deal: [] };
  load();
  return make("section", { class: "stack section", "aria-label": "Automations" }, make("h2", {}, "Automations"), make("p", { class: "hint" }, ABOUT), place, content);

  async function load() {
    try {
      const found = await call("/automations");
      fields = found.fields;
      fill(place, troubles(found));
      fill(content, groups(found.items).map(([name, items]) => [name && make("h3", {}, name), make("ul", {}, items.map(entry))]));
    } catch (problem) {
      fill(content);
      fill(place, failure(problem, load));
    }
  }

  function entry(automation) {
    const element = make("li", { class: "entry", "data-id": automation.trigger });
    show(element, automation);
    return element;
  }

  function show(element, automation) {
    const turn = make("input", { type: "checkbox", role: "switch", class: "switch", id: `switch-${automation.trigger}`, checked: automation.enabled, disabled: !isAdmin });
    turn.addEventListener("change", () => switchIt(element, turn, automation));
    const where = automation.pipeline ? ` in ${automation.pipeline}` : "";
    const edit = isAdmin && !automation.gone && button("Edit", () => change(element, automation), { kind: "plain", "aria-label": `Edit ${automation.title}${where}` });
    const label = make("label", { for: turn.id, class: "strong" }, automation.title, where && make("span", { class: "unseen" }, where));
    const name = make("div", { class: "row one-line" }, turn, label);
    fill(
      element,
      make("div", { class: "row between one-line" }, name, edit),
      automation.gone && make("p", { class: "hint" }, GONE),
      automation.enabled && longText(automation.text, automation.trigger),
      automation.enabled && make("p", { class: "hint sentence" }, terms(automation)),
    );
  }

  async function switchIt(element, turn, automation) {
    const enabled = turn.checked;
    await whileBusy(turn, async () => {
      try {
        const kept = await put(automation, { enabled });
        if (!kept) return show(element, automation);
        tell(enabled ? `“${kept.title}” is switched on` : `“${kept.title}” is switched off`);
        fill(place);
        return show(element, kept);
      } catch (problem) {
        show(element, automation);
        return fill(place, failure(problem));
      }
    });
    element.querySelector("[role=switch]")?.focus();
  }

  function change(element, automation) {
    const done = (kept) => {
      show(element, kept ?? automation);
      element.querySelector("button").focus();
    };
    const form = automationForm({ automation, fields: automation.trigger === PERSON_ADDED ? fields.person : fields.deal, put, done });
    fill(element, form);
    form.querySelector("textarea").focus();
  }
}

/** Keeps changes and returns what is kept; null where the person thinks better of it. */
async function put(automation, body) {
  const widens = automation.trigger === PERSON_ADDED && body.enabled && !automation.enabled;
  if (widens && !(await confirmed(EVERYBODY))) return null;
  return call(`/automations/${encodeURIComponent(automation.trigger)}`, { method: "PUT", body });
}

const troubles = ({ problem, stages_problem: stages }) => [
  problem && banner(problem, { kind: "warning", title: "Pipedrive does not tell us what happens" }),
  stages && banner(stages, { kind: "warning", title: "Your deals' stages are not known" }),
];

/** Returns [[pipeline, its automations]], in the order that they came in; what belongs to none comes without a name. */
function groups(items) {
  const found = new Map();
  for (const item of items) {
    const name = item.gone ? "Other stages" : item.pipeline && `Deals in ${item.pipeline}`;
    found.set(name, [...(found.get(name) ?? []), item]);
  }
  return [...found];
}

const terms = ({ delay_seconds: seconds, hours, consent }) =>
  [delayInWords(seconds), HOURS[hours], consent === "marketing" && "as a promotion"].filter(Boolean).join(" · ");
