// What a campaign would send: whom to, what it takes, a sample, and who is left out and why.
import { call } from "./api.js";
import { button, fill, make, say, whileBusy } from "./elements.js";
import { clearFields, failure, tellFields } from "./failures.js";
import { ended, figure, several } from "./formats.js";
import { icon } from "./icons.js";
import { SKIPPED } from "./message_states.js";
import { lengthInWords } from "./text_length.js";
import { calmly } from "./waiting.js";

const PAUSE = 700;
const MANY = 5_000;
// Whom a selection means is asked before anything is written, and a preview needs a text.
const NOTHING_YET = "…";
const AFTER_THAT = "It comes once what is marked in the form is put right.";

/**
 * Returns {element, update, current(), ask()}; `read()` gives the body without its text where there is none.
 * Of very many people a new preview is made when it is asked for: each costs the company some of its daily calls.
 */
export function campaignPreview({ form, read, isEmpty, told }) {
  const title = () => make("h2", {}, "Preview");
  const nothing = () => make("p", { class: "hint" }, "Write a text to see what they would get.");
  const element = make("section", { class: "card stack", "aria-label": "Preview" }, title(), nothing());
  let seen = null;
  let asked = null;

  const again = () => ask().catch(() => {});
  const calm = calmly(PAUSE, (isLast) => ask(isLast).catch(() => {}));

  /** Returns the preview of what is in the form now. Throws Problem, which has been told. */
  async function ask(isLast = () => true) {
    const body = isEmpty() ? { ...read(), text: NOTHING_YET } : read();
    const key = JSON.stringify(body);
    if (key === asked) return seen;
    element.setAttribute("aria-busy", "true");
    try {
      const answer = await call("/campaigns/preview", { method: "POST", body, repeat: isLast });
      if (!isLast()) return answer;
      [seen, asked] = [answer, key];
      clearFields(form, Object.keys(body));
      show();
      return answer;
    } catch (problem) {
      if (isLast()) {
        [seen, asked] = [null, null];
        const words = tellFields(form, problem, { focus: false });
        const named = form.querySelector("[aria-invalid]") !== null && !words.length;
        fill(element, title(), named ? make("p", { class: "hint" }, AFTER_THAT) : failure(problem, again));
        told(null);
      }
      throw problem;
    } finally {
      element.removeAttribute("aria-busy");
    }
  }

  const isCurrent = () => asked !== null && asked === JSON.stringify(read());

  function show() {
    const skipped = Object.entries(seen.skipped ?? {}).filter(([, count]) => count > 0);
    fill(
      element,
      title(),
      isEmpty() ? nothing() : facts(),
      !isEmpty() && samples(seen.sample ?? []),
      !isEmpty() && skipped.length > 0 && leftOut(skipped, seen.errors ?? []),
    );
    told(seen);
  }

  function facts() {
    return make(
      "dl",
      { class: "facts figures" },
      [
        ["Will be texted", several(seen.recipients, "person", "people")],
        ["Costs", several(seen.segments, "SMS", "SMS")],
        seen.longest?.segments > 1 && ["Longest text", several(seen.longest.segments, "SMS", "SMS")],
        seen.encodings?.["UCS-2"] > 0 && ["In Unicode", several(seen.encodings["UCS-2"], "text")],
      ].filter(Boolean).map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]),
    );
  }

  return {
    element,
    ask,
    /** Has the next one asked for anew: the people have changed. */
    forget() {
      [seen, asked] = [null, null];
      calm();
    },
    update() {
      if (seen?.count > MANY && !isCurrent() && !isEmpty()) stale();
      else calm();
    },
  };

  function stale() {
    const press = button("Update preview", () => whileBusy(press, again), { icon: icon("again") });
    fill(element, title(), make("p", { class: "hint" }, "The form has changed since."), press);
  }
}

function samples(found) {
  let at = 0;
  const bubble = make("p", { class: "bubble" });
  const about = make("p", { class: "hint", role: "status" });
  const show = () => {
    const one = found[at];
    fill(bubble, one.text);
    say(about, `${one.name || "No name"}, ${one.to} · ${lengthInWords(one.segments, null)}`);
  };
  if (!found.length) return make("p", { class: "hint" }, "There is nobody to show a text of.");
  show();
  const turn = (by) => () => {
    at = (at + by + found.length) % found.length;
    show();
  };
  const arrow = (words, name, by) =>
    make("button", { type: "button", class: "button plain", "aria-label": words, onclick: turn(by) }, icon(name));
  const arrows = make("div", { class: "arrows" }, arrow("Previous person", "back", -1), arrow("Next person", "next", 1));
  return make("div", { class: "preview" }, bubble, make("div", { class: "row between one-line" }, about, found.length > 1 && arrows));
}

function leftOut(skipped, errors) {
  const all = skipped.reduce((sum, [, count]) => sum + count, 0);
  const shown = errors.map((one) =>
    make("li", {}, make("span", { class: "strong" }, one.name || "No name"), `: ${ended(one.message ?? SKIPPED[one.reason] ?? one.reason)}`),
  );
  return make(
    "details",
    {},
    make("summary", {}, `${several(all, "person is", "people are")} left out`),
    make("ul", {}, skipped.map(([reason, count]) => make("li", {}, `${SKIPPED[reason] ?? reason}: ${figure(count)}`))),
    shown.length > 0 && make("ul", { class: "section who" }, shown, all > errors.length && make("li", { class: "hint" }, "… and others: the report lists everybody.")),
  );
}
