// What keeps a campaign from going on, and how it stands with what is written of it into Pipedrive.
import { fill, make } from "./elements.js";
import { figure, several } from "./formats.js";
import { accountNotice, restNotice } from "./set_up.js";

const KINDS = { note: ["note", "notes"], activity: ["activity", "activities"] };
const UNSENT = ["queued", "sending"];

/** Returns {element, show}; `me` is null for a campaign of which nothing changes any more. */
export function hindrances() {
  const element = make("div", { class: "stack" });
  let drawn = "";
  return {
    element,
    show({ counts = {}, log }, me) {
      const waits = UNSENT.some((status) => counts[status] > 0);
      const now = JSON.stringify([waits, log, me?.account, me?.writes]);
      if (now === drawn) return; // what is said once is not said again by screen readers
      drawn = now;
      fill(element, waits && accountNotice(me?.account), written(log), log?.waiting > 0 && restNotice(me?.writes));
    },
  };
}

function written(log) {
  const kind = KINDS[log?.kind];
  if (!kind) return null;
  const parts = [
    `${several(log.written, ...kind)} written into Pipedrive`,
    log.waiting > 0 && `${figure(log.waiting)} still to be written`,
    log.unwritten > 0 && `${figure(log.unwritten)} could not be written`,
  ];
  return make("p", { class: "hint" }, `${parts.filter(Boolean).join(", ")}.`);
}
