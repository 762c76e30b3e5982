// How far a campaign is: reading people, preparing their messages, sending them.
import { fill, make, say } from "./elements.js";
import { ended, figure, moment } from "./formats.js";
import { portions } from "./standing.js";

const UNSENT = ["scheduled", "queued", "sending"];

/** Returns {element, show}. What is said is said again only when it is another. */
export function progress() {
  const words = make("p", { role: "status" });
  const line = make("progress", { "aria-label": "Progress" });
  const note = make("p", { class: "hint" }, "You may close this window: the campaign goes on without it.");
  const element = make("div", { class: "stack card" }, words, line, note);
  return {
    element,
    show(campaign) {
      const step = stepOf(campaign);
      element.hidden = step === null;
      if (step === null) return;
      say(words, step.words);
      if (step.all) [line.max, line.value] = [step.all, step.done];
      else line.removeAttribute("value");
      line.hidden = step.quiet === true;
      fill(note, step.note ?? "You may close this window: the campaign goes on without it.");
    },
  };
}

function stepOf(campaign) {
  const { state, gathering, counts = {} } = campaign;
  if (["finished", "canceled", "failed"].includes(state)) return null;
  if (gathering) {
    const words = `Reading people from Pipedrive: ${figure(gathering.people)} so far`;
    return { words, note: gathering.because ? ended(gathering.because) : undefined };
  }
  if (state === "importing") {
    const all = campaign.rows_expected ?? 0;
    const words = all ? `Preparing messages: ${figure(campaign.rows_read)} of ${figure(all)}` : "Preparing messages";
    return { words, done: campaign.rows_read ?? 0, all };
  }
  if (state === "scheduled") return { words: `It is sent ${campaign.due_at ? moment(campaign.due_at) : "later"}`, quiet: true };
  const all = portions(campaign).reduce((sum, { status, count }) => sum + (status === "skipped" ? 0 : count), 0);
  const left = UNSENT.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
  const words = `${state === "paused" ? "Paused after" : "Sending:"} ${figure(all - left)} of ${figure(all)}`;
  return { words, done: all - left, all };
}
