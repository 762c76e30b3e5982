// What is said where something has to be set up, or put right, before anything can be sent.
import { button, fill, make, whileBusy } from "./elements.js";
import { banner, failure } from "./failures.js";
import { ended, moment } from "./formats.js";
import { openSettings } from "./sdk.js";

const WORTH_TELLING = 60_000;
const WHERE = "Tools and apps › Marketplace apps › Message Central › Settings";

/** Tells that the company's login is missing, and leads those who can enter it there. */
export function notSetUp(isAdmin) {
  const place = make("div", {});
  const words = isAdmin
    ? `Enter your company's Message Central login in the app's settings: ${WHERE}.`
    : `Ask somebody who is an admin in Pipedrive to enter your company's Message Central login: ${WHERE}.`;
  const told = (problem) => fill(place, failure(problem));
  const open = button("Open the settings", () => whileBusy(open, () => openSettings().catch(told)));
  const notice = banner(words, { kind: "info", title: "Message Central is not set up yet", actions: isAdmin ? [open] : [] });
  return make("div", { class: "stack" }, notice, place);
}

/** Tells why nothing is sent at the moment; null where it is. */
export function accountNotice(account) {
  if (!account || account.state === "active") return null;
  const reason = account.reason ?? "Message Central does not accept your company's login at the moment.";
  return banner(`${ended(reason)} What waits goes out once that is put right.`, {
    kind: "warning",
    title: "Nothing is sent at the moment",
  });
}

/** Tells until when nothing is written into Pipedrive, and why; null where that is soon over. */
export function restNotice(writes) {
  if (!writes || Date.parse(writes.resting_until) - Date.now() < WORTH_TELLING) return null;
  return banner(`${ended(writes.because ?? "Pipedrive asks us to wait.")} SMS are sent all the same.`, {
    kind: "warning",
    title: `Nothing is written into Pipedrive until ${moment(writes.resting_until)}`,
  });
}
