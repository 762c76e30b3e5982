// One message as it would arrive, and how many SMS it takes, while it is written.
import { call } from "./api.js";
import { fill, make, say } from "./elements.js";
import { wordsOf } from "./failures.js";
import { listed } from "./formats.js";
import { lengthInWords } from "./text_length.js";
import { calmly } from "./waiting.js";

const PAUSE = 350;

/** Returns {element, update}; `read()` gives the body to ask with, null while there is no text; `fine` gets one that can be sent. */
export function messagePreview(counter, read, fine) {
  const bubble = make("p", { class: "bubble" });
  const element = make("div", { class: "preview", hidden: true }, make("h3", { class: "label" }, "Preview"), bubble);
  const ask = calmly(PAUSE, async (isLast) => {
    const body = read();
    if (body === null) return;
    try {
      const seen = await call("/messages/preview", { method: "POST", body, repeat: isLast });
      if (isLast()) show(seen, body);
    } catch (problem) {
      if (!isLast()) return;
      element.hidden = true;
      say(counter, firstWords(problem));
    }
  });

  function show(seen, body) {
    const whole = seen.text !== null && seen.text !== undefined;
    element.hidden = !whole;
    if (whole) {
      fill(bubble, seen.text);
      fine(body);
    }
    say(
      counter,
      whole
        ? lengthInWords(seen.segments, seen.characters_left, seen.unicode_characters ?? [])
        : seen.words || `This contact has no ${listed((seen.missing ?? []).map(plain))}.`,
    );
  }

  return {
    element,
    update() {
      if (read() === null) {
        element.hidden = true;
        say(counter, "");
      }
      ask();
    },
  };
}

const plain = (name) => name.replace(/^(person|user)\./, "").replace(/[._]/g, " ");

const firstWords = (problem) => {
  const words = Object.values(problem.errors ?? {}).flat(3).filter((part) => typeof part === "string");
  return words[0] ?? wordsOf(problem);
};
