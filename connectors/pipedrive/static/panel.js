// The panel beside a contact: one SMS, and those before it.
import { all, call, OnceKey } from "./api.js";
import { composer } from "./composer.js";
import { due } from "./due.js";
import { button, fill, make, say, whileBusy } from "./elements.js";
import { banner, clearFields, failure, tellForm } from "./failures.js";
import { moment } from "./formats.js";
import { history } from "./history.js";
import { icon } from "./icons.js";
import { messagePreview } from "./message_preview.js";
import { numberChooser } from "./numbers.js";
import { opened } from "./query.js";
import { reportView } from "./report_view.js";
import { fitHeight, tell } from "./sdk.js";
import { accountNotice, notSetUp } from "./set_up.js";

const page = document.getElementById("page");
const { resource, selectedIds } = opened();
fitHeight(100, 750);
show();

async function show() {
  if ((resource && resource !== "person") || selectedIds.length !== 1) {
    return present(banner("This panel belongs to one contact. Open it beside a person in Pipedrive.", { kind: "info" }));
  }
  const [personId] = selectedIds;
  try {
    const me = await call("/me");
    if (!me.set_up) return present(notSetUp(me.user.is_admin));
    const [person, templates, fields] = await Promise.all([
      call(`/persons/${personId}`),
      all("/templates"),
      call("/merge-fields").then(({ items }) => items),
    ]);
    const messages = history(personId);
    present(accountNotice(me.account), sendForm({ me, person, templates, fields, messages }), messages.element, links());
    await messages.refresh();
  } catch (problem) {
    present(failure(problem, show));
  }
}

function present(...content) {
  fill(page, make("h1", { class: "unseen" }, "Send an SMS"), ...content);
  page.removeAttribute("aria-busy");
}

function sendForm({ me, person, templates, fields, messages }) {
  const place = make("div", { "aria-live": "polite" });
  const words = make("span", {}, "Send message");
  const send = make("button", { type: "submit", class: "button primary" }, icon("sending"), words);
  const changed = () => {
    say(words, when.isLater() ? "Schedule message" : "Send message");
    preview.update();
  };
  const numbers = numberChooser(person.phones, me.defaults.country_code, changed);
  const text = composer({ templates, fields, defaults: me.defaults, onchange: changed });
  const when = due(changed);
  const read = () => ({ person_id: person.id, ...(numbers.isEmpty() ? {} : { to: numbers.value() }), ...text.body() });
  const preview = messagePreview(text.counter, () => (text.isEmpty() ? null : read()), fine);
  const once = new OnceKey();
  let refused = null;

  const form = make(
    "form",
    { class: "stack", noValidate: true, onsubmit: submit },
    person.phones.length === 0 && banner(`${person.name} has no phone number in Pipedrive. Enter one here, or add it to the contact.`, { kind: "info" }),
    optedOut(person),
    numbers.element,
    text.element,
    preview.element,
    when.element,
    place,
    make("div", { class: "actions" }, send, when.toggle),
  );

  async function submit(event) {
    event.preventDefault();
    await whileBusy(send, async () => {
      clearFields(form);
      const missing = numbers.isEmpty() ? { to: ["Enter a number."] } : text.isEmpty() ? { text: ["Write a text, or choose a template."] } : null;
      if (missing) return tellForm(form, place, { errors: missing });
      const later = when.value();
      const body = { ...read(), ...(later && { due_at: later }) };
      try {
        const sent = await once.use(body, (key) => call("/messages", { method: "POST", body, key }));
        fill(place);
        tell(later ? `The message is scheduled for ${moment(sent.due_at ?? later)}` : "The message is on its way");
        text.clear();
        when.reset();
        await messages.refresh();
      } catch (problem) {
        refused = JSON.stringify(read());
        tellForm(form, place, problem, () => form.requestSubmit());
      }
    });
  }

  /** A preview that was under way while the same was refused takes nothing back. */
  function fine(body) {
    if (JSON.stringify(body) !== refused) clearFields(form, Object.keys(body));
  }
  return form;
}

/** Tells which of a contact's numbers want no SMS, or no promotions. */
function optedOut({ opted_out: numbers = {} }) {
  return Object.entries(numbers).map(([number, scope]) =>
    banner(`${number} wants no ${scope === "all" ? "SMS" : "promotions"}. What is sent to it is held back.`, { kind: "warning" }),
  );
}

function links() {
  const open = button("Campaign report", () => {
    const held = [...page.childNodes];
    const back = () => {
      view.stop();
      fill(page, held);
      open.focus();
    };
    const view = reportView({ back, backWords: "Back to the contact" });
    fill(page, view.element);
    view.focus();
  }, { kind: "plain", icon: icon("report") });
  return make("footer", { class: "row section" }, open);
}
