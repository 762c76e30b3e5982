// One template: its text with merge fields, who it is from, and its ids in India's DLT.
import { call } from "./api.js";
import { button, make, say, whileBusy } from "./elements.js";
import { clearFields, tellForm } from "./failures.js";
import { field, input, MESSAGE_TYPES, select } from "./fields.js";
import { mergeFields } from "./merge_fields.js";
import { tell } from "./sdk.js";
import { lengthInWords, lengthOf } from "./text_length.js";

const NAMES = ["name", "text", "sender_id", "message_type", "template_id", "entity_id", "registered_text"];

/** Returns the form of a template, or of a new one; `done` is called with what was kept, or with nothing. */
export function templateForm({ template, fields, done }) {
  const controls = {
    name: input("name", { maxLength: 100, required: true }),
    text: make("textarea", { name: "text", class: "control", rows: 4, required: true }),
    sender_id: input("sender_id", { maxLength: 32, placeholder: "As in the settings" }),
    message_type: select("message_type", [["", "As in the settings"], ...MESSAGE_TYPES]),
    template_id: input("template_id", { inputMode: "numeric", maxLength: 64 }),
    entity_id: input("entity_id", { inputMode: "numeric", maxLength: 64, placeholder: "As in the settings" }),
    registered_text: make("textarea", { name: "registered_text", class: "control", rows: 3 }),
  };
  for (const name of NAMES) controls[name].value = template?.[name] ?? "";
  const counter = make("p", { class: "hint counter", role: "status" });
  const count = () => say(counter, countWords(controls.text.value));
  controls.text.addEventListener("input", count);
  count();
  const place = make("div", { "aria-live": "polite" });
  const save = make("button", { type: "submit", class: "button primary" }, make("span", {}, template ? "Save template" : "Add template"));
  const dlt = ["template_id", "entity_id", "registered_text"].some((name) => controls[name].value);
  const form = make(
    "form",
    { class: "stack card", noValidate: true, onsubmit: submit, "aria-label": template ? `Edit ${template.name}` : "New template" },
    field("Name", controls.name),
    field("Text", controls.text),
    make("div", { class: "under" }, mergeFields(fields, controls.text), counter),
    make("div", { class: "pair" }, field("Sender ID", controls.sender_id), field("Type", controls.message_type)),
    make(
      "details",
      { class: "options", open: dlt },
      make("summary", {}, "DLT registration (India)"),
      make(
        "div",
        { class: "stack" },
        make("div", { class: "pair" }, field("Template ID", controls.template_id), field("Entity ID", controls.entity_id)),
        field("Registered text", controls.registered_text, { hint: "As it was approved, with {#var#} where values go. Texts that differ from it are refused before they cost." }),
      ),
    ),
    place,
    make("div", { class: "row" }, save, button("Cancel", () => done(null), { kind: "plain" })),
  );

  async function submit(event) {
    event.preventDefault();
    await whileBusy(save, async () => {
      clearFields(form);
      const body = Object.fromEntries(NAMES.map((name) => [name, valueOf(controls[name])]));
      const errors = { ...(!body.name && { name: ["Give it a name."] }), ...(!body.text && { text: ["Write its text."] }) };
      if (Object.keys(errors).length) return tellForm(form, place, { errors });
      try {
        const kept = template
          ? await call(`/templates/${encodeURIComponent(template.id)}`, { method: "PUT", body })
          : await call("/templates", { method: "POST", body: withoutNull(body) });
        tell(template ? "The template is saved" : "The template is added");
        return done(kept);
      } catch (problem) {
        return tellForm(form, place, problem, () => form.requestSubmit());
      }
    });
  }
  return form;
}

/** Returns what a control holds, null for nothing; a text stays as it is, to the last space. */
const valueOf = (control) => {
  const trimmed = control.value.trim();
  return trimmed && control.localName === "textarea" ? control.value : trimmed || null;
};

const withoutNull = (body) => Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));

const FIELD = /\{\{.*?\}\}|\{%.*?%\}/gs;

/** Counts the words that stand there as they are: what fills the fields in comes on top. */
function countWords(text) {
  if (!text.trim()) return "";
  const bare = text.replace(FIELD, "");
  const { segments, left, foreign } = lengthOf(bare);
  return `${lengthInWords(segments, left, foreign)}${bare === text ? "" : ", before the fields are filled in"}`;
}
