// The form of the company's settings. The password goes to the service and never comes back.
import { call } from "./api.js";
import { fill, make, say, whileBusy } from "./elements.js";
import { banner, clearFields, tellForm, wordsOf } from "./failures.js";
import { CHANNELS, field, input, MESSAGE_TYPES, offer, select } from "./fields.js";
import { tell } from "./sdk.js";
import { accountNotice } from "./set_up.js";

const LOGS = [
  ["none", "Nothing"],
  ["note", "A note on the contact"],
  ["activity", "A done activity"],
];
const SENDERS = [
  ["admins", "Admins only"],
  ["all", "Everybody who has the app"],
];
// What holds while nobody has decided otherwise.
const UNDECIDED = { log_single: "note", log_campaign: "none", campaign_senders: "admins" };

/** Returns the form; `types` are activity types, or the problem why there are none; `saved` gets what was saved. */
export function settingsForm({ settings, types, isAdmin, saved }) {
  const controls = controlsOf();
  const place = make("div", { "aria-live": "polite" });
  const standing = make("div", {});
  const passwordState = make("p", { class: "hint" });
  const save = make("button", { type: "submit", class: "button primary" }, make("span", {}, "Save"));
  const form = make(
    "form",
    { class: "stack", noValidate: true, onsubmit: submit },
    standing,
    part("Message Central login", isAdmin, [
      field("Customer ID", controls.customer_id, { hint: "It is on the home page of your Message Central dashboard." }),
      field("Email", controls.email, { hint: "The one you log in to Message Central with." }),
      make("div", { class: "preview" }, field("Password", controls.password), passwordState),
    ]),
    part("Sending", isAdmin, [
      pair(field("Sender ID", controls.sender_id, { hint: "Who the SMS is from, such as UTOMOB." }), field("Default country code", controls.country_code, { hint: "For numbers without one, such as 91." })),
      pair(field("Message type", controls.message_type), field("Channel", controls.channel)),
      field("Entity ID", controls.entity_id, { hint: "India only: the DLT id of your business." }),
    ]),
    part("What is written into Pipedrive", isAdmin, [
      pair(field("For an SMS to one contact", controls.log_single), field("For campaigns", controls.log_campaign)),
      field("Activity type", controls.activity_type, { hint: "Notes and activities use your company's daily API budget in Pipedrive: one for each person." }),
      types instanceof Error && banner(`Your activity types are not known. ${wordsOf(types)}`, { kind: "warning" }),
    ]),
    part("Campaigns", isAdmin, [field("Who may send them", controls.campaign_senders)]),
    place,
    isAdmin && make("div", { class: "actions" }, save),
  );
  for (const name of ["log_single", "log_campaign"]) controls[name].addEventListener("change", needType);
  show(settings);
  return form;

  function show(values) {
    const known = types instanceof Error ? [] : types.map(({ key, name }) => [key, name]);
    const other = values.activity_type && !known.some(([key]) => key === values.activity_type);
    offer(controls.activity_type, [["", "Choose one"], ...known, ...(other ? [[values.activity_type, values.activity_type]] : [])]);
    for (const [name, control] of Object.entries(controls)) {
      if (name !== "password") control.value = values[name] ?? UNDECIDED[name] ?? "";
    }
    controls.password.value = "";
    const isSaved = Boolean(values.password_saved);
    controls.password.placeholder = isSaved ? "••••••••" : "";
    say(passwordState, isSaved ? "A password is saved. Leave this empty to keep it." : "It is checked with Message Central, kept encrypted, and never shown again.");
    fill(standing, accountNotice(values.account));
    needType();
  }

  function needType() {
    const needed = [controls.log_single, controls.log_campaign].some((control) => control.value === "activity");
    controls.activity_type.closest(".field").hidden = !needed;
  }

  async function submit(event) {
    event.preventDefault();
    await whileBusy(save, async () => {
      clearFields(form);
      const proven = controls.password.value !== "";
      try {
        const kept = await call("/settings", { method: "PUT", body: body() });
        fill(place, banner(proven ? "Saved. Message Central accepts this login." : "Saved.", { kind: "good" }));
        tell("The settings are saved");
        show(kept);
        saved(kept);
      } catch (problem) {
        tellForm(form, place, problem, () => form.requestSubmit());
      }
    });
  }

  function body() {
    const { password, ...others } = controls;
    const values = Object.entries(others).map(([name, control]) => [name, control.value.trim() || null]);
    return { ...Object.fromEntries(values), ...(password.value && { password: password.value }) };
  }
}

const controlsOf = () => ({
  customer_id: input("customer_id", { maxLength: 100 }),
  email: input("email", { type: "email", maxLength: 200 }),
  password: input("password", { type: "password", autocomplete: "new-password", maxLength: 200 }),
  sender_id: input("sender_id", { maxLength: 32 }),
  country_code: input("country_code", { inputMode: "numeric", maxLength: 4 }),
  message_type: select("message_type", [["", "Transactional, unless said otherwise"], ...MESSAGE_TYPES]),
  channel: select("channel", [["", "SMS, unless said otherwise"], ...CHANNELS]),
  entity_id: input("entity_id", { inputMode: "numeric", maxLength: 64 }),
  log_single: select("log_single", LOGS),
  log_campaign: select("log_campaign", LOGS),
  activity_type: select("activity_type", [["", "Choose one"]]),
  campaign_senders: select("campaign_senders", SENDERS),
});

const pair = (...children) => make("div", { class: "pair" }, children);

const part = (title, enabled, children) =>
  make("fieldset", { disabled: !enabled }, make("legend", {}, title), children);
