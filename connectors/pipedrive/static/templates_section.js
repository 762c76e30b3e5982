// The company's templates: listed, added, changed, deleted.
import { all, call } from "./api.js";
import { button, fill, make, whileBusy } from "./elements.js";
import { failure } from "./failures.js";
import { icon } from "./icons.js";
import { longText } from "./long_text.js";
import { confirmed, tell } from "./sdk.js";
import { templateForm } from "./template_form.js";

export function templatesSection({ fields }) {
  const place = make("div", {});
  const content = make("div", { class: "stack" }, make("p", { class: "hint", role: "status" }, "Loading …"));
  const add = button("Add a template", () => edit(null), { icon: icon("plus") });
  const head = make("div", { class: "row between" }, make("h2", {}, "Templates"), add);
  load();
  return make("section", { class: "stack section", "aria-label": "Templates" }, head, place, content);

  async function load(focusOn = null) {
    try {
      const items = await all("/templates");
      add.hidden = false;
      fill(place);
      fill(content, items.length ? make("ul", {}, items.map(entry)) : make("p", { class: "empty" }, "No template yet. A template is a text that is used again and again; in India, one that is registered with DLT."));
      if (focusOn) (content.querySelector(`[data-id="${CSS.escape(focusOn)}"] .row button`) ?? add).focus();
    } catch (problem) {
      fill(content);
      fill(place, failure(problem, () => load()));
    }
  }

  function entry(template) {
    const remove = button("Delete", () => whileBusy(remove, () => deleteIt(template)), { kind: "plain", "aria-label": `Delete ${template.name}` });
    const change = button("Edit", () => edit(template), { kind: "plain", "aria-label": `Edit ${template.name}` });
    const ids = [template.sender_id && `Sender ${template.sender_id}`, template.template_id && `DLT ${template.template_id}`];
    return make(
      "li",
      { class: "entry", "data-id": String(template.id) },
      make("div", { class: "row between" }, make("h3", {}, template.name), make("div", { class: "row" }, change, remove)),
      longText(template.text, template.id),
      make("p", { class: "hint" }, ids.filter(Boolean).join(" · ")),
    );
  }

  function edit(template) {
    add.hidden = true;
    fill(place);
    const done = (kept) => load(String(kept?.id ?? template?.id ?? "new"));
    const form = templateForm({ template, fields, done });
    fill(content, form);
    form.querySelector("input").focus();
  }

  async function deleteIt(template) {
    try {
      const question = {
        title: `Delete “${template.name}”?`,
        description: "Messages and campaigns that were made with it stay as they are.",
        okText: "Delete",
        cancelText: "Keep it",
        okColor: "negative",
      };
      if (!(await confirmed(question))) return;
      await call(`/templates/${encodeURIComponent(template.id)}`, { method: "DELETE" });
      tell("The template is deleted");
      await load("deleted");
    } catch (problem) {
      fill(place, failure(problem));
    }
  }
}
