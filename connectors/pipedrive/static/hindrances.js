// What keeps a campaign from going on, and how it stands with what is written of it into Pipedrive.
import { fill, make } from "./elements.js";
import { figure, several } from "./formats.js";
import { accountNotice, restNotice } from "./set_up.js";

const KINDS = { note: ["note", "notes"], activity: ["activity", "activities"] };
const KIND_WORDS = { note: "a note", activity: "a done activity" };
const UNSENT = ["queued", "sending"];
const TAKEN = ["sent", "delivered", "undelivered", "expired", "rejected", "unknown"];
const DAY = 24 * 60 * 60_000;

const entries = (log) => log.written + log.waiting + log.unwritten;

/** Whether something of it is still to be written: entries are made a while after their SMS were sent. */
export function isBeingLogged({ counts = {}, log, due_at, created_at }) {
  if (!KINDS[log?.kind]) return false;
  const taken = TAKEN.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
  // What an old campaign lacks has been forgotten since.
  return log.waiting > 0 || (taken > entries(log) && Date.now() - Date.parse(due_at ?? created_at) < DAY);
}

/** Returns {account, writes, show}: two places, filled for a campaign; `me` is null where nothing changes any more. */
export function hindrances() {
  const account = make("div", {});
  const writes = make("div", { class: "stack" });
  let drawn = "";
  return {
    account,
    writes,
    show({ counts = {}, log }, me) {
      const waits = UNSENT.some((status) => counts[status] > 0);
      const now = JSON.stringify([waits, log, me?.account, me?.writes]);
      if (now === drawn) return; // what is said once is not said again by screen readers
      drawn = now;
      fill(account, waits && accountNotice(me?.account));
      fill(writes, written(log), log?.waiting > 0 && restNotice(me?.writes));
    },
  };
}

function written(log) {
  const kind = KINDS[log?.kind];
  if (!kind) return null;
  if (entries(log) === 0) return make("p", { class: "hint" }, `Once an SMS has been sent, ${KIND_WORDS[log.kind]} is written into Pipedrive.`);
  const parts = [
    `${several(log.written, ...kind)} written into Pipedrive`,
    log.waiting > 0 && `${figure(log.waiting)} still to be written`,
    log.unwritten > 0 && `${figure(log.unwritten)} could not be written`,
  ];
  return make("p", { class: "hint" }, `${parts.filter(Boolean).join(", ")}.`);
}
