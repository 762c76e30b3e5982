// The messages of a contact, each with what became of it, looked at again while something may still change.
import { call } from "./api.js";
import { button, fill, make, whileBusy } from "./elements.js";
import { failure } from "./failures.js";
import { ended, exactly, moment, several } from "./formats.js";
import { icon } from "./icons.js";
import { longText } from "./long_text.js";
import { isOpen, mayBeCanceled, statePill } from "./message_states.js";
import { confirmed, tell } from "./sdk.js";
import { watch } from "./waiting.js";

const PAGE = 10;
const LOGS = {
  waiting: () => "Will be logged in Pipedrive",
  writing: () => "Is being logged in Pipedrive",
  doubtful: () => "Is looked for in Pipedrive",
  written: (kind) => (kind === "activity" ? "Logged as an activity" : "Logged as a note"),
  unwritten: (_kind, reason) => `Not logged in Pipedrive. ${ended(reason ?? "")}`.trim(),
};

const mayChange = (message) => isOpen(message) || ["waiting", "writing", "doubtful"].includes(message.log?.state);

/** Returns {element, refresh}. */
export function history(personId) {
  const list = make("ol", { "aria-label": "Messages to this contact" });
  const place = make("div", {});
  const more = button("Show more", () => whileBusy(more, () => load(shown + PAGE).catch(told)), { kind: "plain", hidden: true });
  let shown = PAGE;
  let drawn = "";
  const looking = watch(async () => (await load(shown)).some(mayChange));

  async function load(limit) {
    const { items, next } = await call("/messages", { query: { person_id: personId, limit } });
    shown = limit;
    more.hidden = !next || limit >= 500;
    draw(items);
    return items;
  }

  function draw(items) {
    const now = JSON.stringify(items);
    if (now === drawn) return;
    drawn = now;
    const focused = list.contains(document.activeElement) ? document.activeElement.closest("li")?.dataset.id : null;
    fill(list, items.map(entry));
    if (focused) list.querySelector(`[data-id="${CSS.escape(focused)}"] button`)?.focus();
    fill(place, items.length === 0 && make("p", { class: "empty" }, "No message to this contact yet."));
  }

  function entry(message) {
    const when = message.finished_at ?? message.sent_at ?? message.due_at ?? message.created_at;
    const ahead = message.status === "scheduled" && message.due_at;
    return make(
      "li",
      { class: "entry", "data-id": message.id },
      make(
        "div",
        { class: "row between" },
        statePill(message.status),
        make("time", { class: "hint", datetime: when, title: exactly(when) }, `${ahead ? "for " : ""}${moment(when)}`),
      ),
      longText(message.text ?? "The text is not kept any more.", message.id),
      message.error && make("p", { class: "reason" }, ended(message.error.message)),
      make(
        "div",
        { class: "row between one-line" },
        make("p", { class: "hint" }, [message.to, several(message.segments, "SMS", "SMS"), logWords(message.log)].filter(Boolean).join(" · ")),
        mayBeCanceled(message) && button("Cancel", (event) => cancel(event.currentTarget, message), { kind: "plain" }),
      ),
    );
  }

  async function cancel(pressed, message) {
    await whileBusy(pressed, async () => {
      try {
        const question = { title: "Cancel this message?", description: "It will not be sent.", okText: "Cancel message", cancelText: "Keep it", okColor: "negative" };
        if (!(await confirmed(question))) return;
        await call(`/messages/${encodeURIComponent(message.id)}/cancel`, { method: "POST" });
        tell("The message is canceled");
        await refresh();
      } catch (problem) {
        told(problem);
      }
    });
  }

  async function refresh() {
    try {
      const items = await load(shown);
      if (items.some(mayChange)) looking.start();
      else looking.stop();
    } catch (problem) {
      told(problem);
    }
  }

  const told = (problem) => fill(place, failure(problem, refresh));
  return {
    refresh,
    element: make("section", { class: "stack section" }, make("div", { class: "row" }, icon("chat"), make("h2", {}, "Messages")), place, list, more),
  };
}

const logWords = (log) => (log ? LOGS[log.state]?.(log.kind, log.reason) : null);
