// What became of an SMS, in words, with a picture and a shade.
import { make } from "./elements.js";
import { icon } from "./icons.js";

/** In the order in which a message goes through them; `shade` is one of the chart's colours. */
export const STATES = {
  scheduled: { words: "Scheduled", icon: "clock", kind: "calm", shade: "waiting" },
  queued: { words: "Waiting to be sent", icon: "clock", kind: "calm", shade: "waiting" },
  sending: { words: "Sending", icon: "sending", kind: "calm", shade: "sent" },
  sent: { words: "Sent", icon: "sent", kind: "info", shade: "sent" },
  delivered: { words: "Delivered", icon: "delivered", kind: "good", shade: "delivered" },
  undelivered: { words: "Not delivered", icon: "failed", kind: "bad", shade: "bad" },
  expired: { words: "Expired on the network", icon: "failed", kind: "bad", shade: "bad" },
  rejected: { words: "Rejected by the network", icon: "failed", kind: "bad", shade: "bad" },
  failed: { words: "Not sent", icon: "failed", kind: "bad", shade: "bad" },
  unknown: { words: "No receipt came", icon: "unknown", kind: "warn", shade: "doubt" },
  unconfirmed: { words: "Perhaps sent", icon: "unknown", kind: "warn", shade: "doubt" },
  canceled: { words: "Canceled", icon: "canceled", kind: "calm", shade: "out" },
  suppressed: { words: "Opted out", icon: "muted", kind: "calm", shade: "out" },
  importing: { words: "Getting ready", icon: "clock", kind: "calm", shade: "waiting" },
  skipped: { words: "Left out", icon: "muted", kind: "calm", shade: "skipped" },
};

const OPEN = new Set(["scheduled", "queued", "sending", "sent"]);
const CANCELABLE = new Set(["scheduled", "queued"]);

export const isOpen = (message) => OPEN.has(message.status);
export const mayBeCanceled = (message) => CANCELABLE.has(message.status);

export const CAMPAIGN_STATES = {
  importing: { words: "Getting ready", icon: "clock", kind: "info" },
  scheduled: { words: "Scheduled", icon: "clock", kind: "info" },
  running: { words: "Sending", icon: "sending", kind: "info" },
  paused: { words: "Paused", icon: "paused", kind: "warn" },
  finished: { words: "Finished", icon: "good", kind: "good" },
  canceled: { words: "Canceled", icon: "canceled", kind: "calm" },
  failed: { words: "Failed", icon: "failed", kind: "bad" },
};

export const SKIPPED = {
  invalid: "The number cannot be read",
  no_number: "No phone number",
  missing_variable: "A value for the text is missing",
  duplicate: "The number is there twice",
  opted_out: "Opted out",
};

function pill(state, fallback) {
  const { words, icon: picture, kind } = state ?? { words: fallback, icon: "unknown", kind: "calm" };
  return make("span", { class: "pill", "data-kind": kind }, icon(picture), words);
}

export const statePill = (status) => pill(STATES[status], status);
export const campaignPill = (state) => pill(CAMPAIGN_STATES[state], state);
