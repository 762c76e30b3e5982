// What of a campaign was written into Pipedrive, and why nothing is written at the moment.
import { call } from "./api.js";
import { fill, make } from "./elements.js";
import { figure, several } from "./formats.js";
import { restNotice } from "./set_up.js";

const KINDS = { note: ["note", "notes"], activity: ["activity", "activities"] };

/** Returns {element, show}; whether writing rests is asked only while something waits for it. */
export function logged() {
  const element = make("div", { class: "stack" });
  return {
    element,
    async show({ log }) {
      const kind = KINDS[log?.kind];
      if (!kind) return fill(element);
      const notice = log.waiting > 0 ? restNotice((await call("/me")).writes) : null;
      return fill(element, make("p", { class: "hint" }, inWords(log, kind)), notice);
    },
  };
}

function inWords({ written, waiting, unwritten }, kind) {
  const parts = [
    `${several(written, ...kind)} written into Pipedrive`,
    waiting > 0 && `${figure(waiting)} still to be written`,
    unwritten > 0 && `${figure(unwritten)} could not be written`,
  ];
  return `${parts.filter(Boolean).join(", ")}.`;
}
