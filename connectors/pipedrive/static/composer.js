// What is written: a template or a text with merge fields, by whom, of what kind.
import { make, say } from "./elements.js";
import { clearField, field, input, MESSAGE_TYPES, offer, select, wordsFor } from "./fields.js";
import { mergeFields } from "./merge_fields.js";

const OWN_TEXT = ["", "Write your own text"];

/** Returns {element, body(), isEmpty(), clear(), counter, messageType()}; `onchange` is called with each change. */
export function composer({ templates, fields, defaults, rows = 4, onchange }) {
  const template = select("template", [OWN_TEXT]);
  const text = make("textarea", { name: "text", class: "control", rows, spellcheck: true, required: true });
  const counter = make("p", { class: "hint counter", role: "status" });
  const changed = make("p", { class: "hint" });
  const sender = input("sender_id", { placeholder: defaults.sender_id ?? "", maxLength: 32 });
  const kind = select("message_type", [["", `${wordsFor(MESSAGE_TYPES, defaults.message_type ?? "TRANSACTION")} (as set up)`], ...MESSAGE_TYPES]);
  offer(template, [OWN_TEXT, ...templates.map((one) => [String(one.id), one.name])]);

  const chosen = () => templates.find((one) => String(one.id) === template.value);
  const isTemplate = () => chosen() !== undefined && chosen().text === text.value;
  const notice = () => {
    const own = chosen() !== undefined && !isTemplate();
    say(changed, own ? "You changed the template's text: it is sent as a text of your own." : "");
    const by = sender.value.trim() || chosen()?.sender_id || defaults.sender_id;
    say(summary, by ? `Sender ${by}` : "Sender and type");
    onchange();
  };
  const summary = make("summary", {});
  template.addEventListener("change", () => {
    if (chosen()) {
      text.value = chosen().text;
      clearField(text);
    }
    notice();
  });
  for (const control of [text, sender, kind]) control.addEventListener("input", notice);

  const element = make(
    "div",
    { class: "stack" },
    templates.length > 0 && field("Template", template),
    field("Message", text),
    make("div", { class: "under" }, mergeFields(fields, text), counter, changed),
    make("details", { class: "options" }, summary, make("div", { class: "pair" }, field("Sender ID", sender), field("Type", kind))),
  );
  say(summary, defaults.sender_id ? `Sender ${defaults.sender_id}` : "Sender and type");

  return {
    element,
    counter,
    isEmpty: () => !text.value.trim(),
    body: () => ({
      ...(isTemplate() ? { template: String(chosen().id) } : { text: text.value }),
      ...(sender.value.trim() && { sender_id: sender.value.trim() }),
      ...(kind.value && { message_type: kind.value }),
    }),
    clear: () => {
      [template.value, text.value, sender.value, kind.value] = ["", "", "", ""];
      notice();
    },
    focus: () => text.focus(),
  };
}
