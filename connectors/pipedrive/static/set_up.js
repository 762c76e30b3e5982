// What is said where something has to be set up, or put right, before anything can be sent.
import { banner } from "./failures.js";
import { moment } from "./formats.js";

const WORTH_TELLING = 60_000;
const WHERE = "Tools and apps › Marketplace apps › Message Central › Settings";

export const notSetUp = (isAdmin) =>
  banner(
    isAdmin
      ? `Enter your company's Message Central login in the app's settings: ${WHERE}.`
      : `Ask somebody who is an admin in Pipedrive to enter your company's Message Central login: ${WHERE}.`,
    { kind: "info", title: "Message Central is not set up yet" },
  );

/** Tells why nothing is sent at the moment; null where it is. */
export function accountNotice(account) {
  if (!account || account.state === "active") return null;
  const reason = account.reason ?? "Message Central does not accept your company's login at the moment.";
  return banner(`${reason.replace(/[^.!?]$/, "$&.")} What waits goes out once that is put right.`, {
    kind: "warning",
    title: "Nothing is sent at the moment",
  });
}

/** Tells until when nothing is written into Pipedrive, and why; null where that is soon over. */
export function restNotice(writes) {
  if (!writes || Date.parse(writes.resting_until) - Date.now() < WORTH_TELLING) return null;
  return banner(`${writes.because ?? "Pipedrive asks us to wait."} SMS are sent all the same.`, {
    kind: "warning",
    title: `Nothing is written into Pipedrive until ${moment(writes.resting_until)}`,
  });
}
