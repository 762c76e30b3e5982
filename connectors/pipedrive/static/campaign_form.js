// The form of a campaign, with its preview beside it.
import { call, OnceKey } from "./api.js";
import { campaignPreview } from "./campaign_preview.js";
import { composer } from "./composer.js";
import { due } from "./due.js";
import { button, fill, make, say, whileBusy } from "./elements.js";
import { clearFields, tellForm } from "./failures.js";
import { field, input, tick } from "./fields.js";
import { moment, onDay, several } from "./formats.js";
import { icon } from "./icons.js";
import { confirmed, tell } from "./sdk.js";

/** Returns the form; `begun` is called with the campaign that was started. */
export function campaignForm({ me, templates, fields, selection, begun }) {
  const place = make("div", { "aria-live": "polite" });
  const whom = make("p", { class: "whom sentence", role: "status" }, "Counting people …");
  const name = input("name", { value: `SMS campaign, ${onDay(new Date())}`, maxLength: 200 });
  const agree = make("div", { class: "agree", hidden: true });
  const words = make("span", {}, "Start campaign");
  const begin = make("button", { type: "submit", class: "button primary" }, icon("sending"), words);
  const changed = () => {
    say(words, when.isLater() ? "Schedule campaign" : "Start campaign");
    preview.update();
  };
  const text = composer({ templates, fields, defaults: me.defaults, rows: 5, onchange: changed });
  const when = due(changed);
  const read = () => ({ selection, ...text.body() });
  const test = tester(text, read, place);
  const once = new OnceKey();
  let agreed = null;

  const form = make("form", { class: "stack", noValidate: true, onsubmit: submit });
  const preview = campaignPreview({ form, read, isEmpty: text.isEmpty, told: tellWhom });
  fill(
    form,
    whom,
    make(
      "div",
      { class: "columns" },
      make("div", { class: "stack" }, field("Campaign name", name), text.element, when.element, test.element),
      preview.element,
    ),
    agree,
    place,
    make("div", { class: "actions" }, begin, when.toggle, test.toggle),
  );
  preview.update();
  return form;

  function tellWhom(seen) {
    say(whom, seen === null ? "Whom this is for is not known yet." : seen.description);
    agree.hidden = !seen?.confirm;
    if (!seen?.confirm || agreed?.count === seen.count) return;
    agreed = { count: seen.count, ...tick("agreed", `Yes, I mean all of them: ${seen.description}`) };
    fill(agree, agreed.element);
  }

  async function submit(event) {
    event.preventDefault();
    await whileBusy(begin, async () => {
      clearFields(form);
      fill(place);
      if (text.isEmpty()) return tellForm(form, place, { errors: { text: ["Write a text, or choose a template."] } });
      let seen;
      try {
        seen = await preview.ask();
      } catch {
        return undefined; // told where the preview is
      }
      return start(seen);
    });
  }

  async function start(seen) {
    if (seen.recipients === 0) return fill(place, failureWords("Nobody of these people can be texted. The preview says why."));
    if (seen.confirm && !agreed?.box.checked) {
      agreed?.box.focus();
      return fill(place, failureWords("These are many people. Tick the box if you mean all of them."));
    }
    const later = when.value();
    const due_at = later ? { due_at: later } : {};
    const title = name.value.trim();
    const body = { ...read(), ...(title && { name: title }), ...due_at, expected_count: seen.count };
    try {
      if (!(await confirmed(question(seen, later)))) return undefined;
      const campaign = await once.use(body, (key) => call("/campaigns", { method: "POST", body, key }));
      tell(later ? "The campaign is scheduled" : "The campaign has begun");
      return begun(campaign);
    } catch (problem) {
      if (problem.status === 409) preview.forget();
      return tellForm(form, place, problem, again);
    }
  }

  function again() {
    begin.focus();
    form.requestSubmit();
  }
}

const failureWords = (words) => make("p", { class: "error", role: "alert" }, words);

function question(seen, later) {
  const left = seen.count - seen.recipients;
  return {
    title: `Text ${several(seen.recipients, "person", "people")}?`,
    description: [
      `${several(seen.segments, "SMS", "SMS")} will be sent${later ? ` ${moment(later)}` : " now"}.`,
      left > 0 && `${several(left, "person is", "people are")} left out.`,
      "You can pause or cancel it in the campaign report.",
    ].filter(Boolean).join(" "),
    okText: later ? "Schedule campaign" : "Start campaign",
    cancelText: "Go back",
    okColor: "primary",
  };
}

/** Returns "Send me a test": a number, and the text of the first person who can be texted. */
function tester(text, read, place) {
  const to = input("to", { type: "tel", maxLength: 40, placeholder: "+91 98161 11111" });
  const send = button("Send test", submit);
  const element = make(
    "div",
    { class: "stack card", hidden: true },
    field("Your own number", to, { hint: "It gets what the first person would get. It costs like any other SMS." }),
    make("div", { class: "row" }, send),
  );
  to.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    submit();
  });
  const toggle = button("Send me a test", () => {
    element.hidden = !element.hidden;
    toggle.setAttribute("aria-expanded", String(!element.hidden));
    if (!element.hidden) to.focus();
  }, { "aria-expanded": "false" });
  const once = new OnceKey();

  async function submit() {
    await whileBusy(send, async () => {
      const form = send.closest("form");
      clearFields(form);
      fill(place);
      const errors = { ...(!to.value.trim() && { to: ["Enter your number."] }), ...(text.isEmpty() && { text: ["Write a text first."] }) };
      if (Object.keys(errors).length) return tellForm(form, place, { errors });
      const body = { ...read(), to: to.value.trim() };
      try {
        const sent = await once.use(body, (key) => call("/campaigns/test", { method: "POST", body, key }));
        tell(`The test is on its way to ${sent.to ?? body.to}`);
      } catch (problem) {
        tellForm(form, place, problem, submit);
      }
      return undefined;
    });
  }
  return { element, toggle };
}
