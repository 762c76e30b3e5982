// Failures where they happened: what is wrong, and what the person can do about it.
import { button, fill, make, whileBusy } from "./elements.js";
import { clearField } from "./fields.js";
import { icon } from "./icons.js";
import { Problem } from "./problems.js";

const INSTALL = "/pipedrive/install";

/** Returns a banner; `retry` is called by its button, where that may help. */
export function banner(words, { kind = "bad", title = null, actions = [] } = {}) {
  return make(
    "div",
    { class: "banner", "data-kind": kind, role: kind === "bad" ? "alert" : "status" },
    icon(kind === "bad" ? "warning" : kind),
    make(
      "div",
      {},
      title && make("h2", {}, title),
      make("p", {}, words),
      actions.length > 0 && make("div", { class: "row" }, actions),
    ),
  );
}

export function failure(problem, retry = null) {
  const actions = [];
  if (problem.code === "disconnected") {
    actions.push(make("a", { class: "button primary", href: INSTALL, target: "_blank", rel: "noopener" }, "Reconnect"));
  }
  if (retry) {
    const again = button("Try again", () => whileBusy(again, retry), { icon: icon("again") });
    actions.push(again);
  }
  return banner(wordsOf(problem), { actions });
}

/** Returns the words for a problem; a fault of the page itself is told as one. */
export function wordsOf(problem) {
  if (problem instanceof Problem) return problem.message;
  console.error(problem);
  return "This page met a fault of its own. Close it and open it again; if it stays, tell whoever runs the service.";
}

/** Puts words beside the fields they are about; returns those that belong to no field of the form. */
export function tellFields(form, problem, { focus = true } = {}) {
  clearFields(form);
  const left = [];
  let first = null;
  for (const [name, words] of Object.entries(problem.errors ?? {})) {
    const control = form.querySelector(`[name="${CSS.escape(name)}"]`);
    const place = form.querySelector(`[data-error-of="${CSS.escape(name)}"]`);
    const text = [words].flat(3).map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(" ");
    if (!control || !place) {
      left.push(text);
      continue;
    }
    control.setAttribute("aria-invalid", "true");
    fill(place, text);
    first ??= control;
  }
  first?.closest("details")?.setAttribute("open", "");
  if (focus) first?.focus();
  return left;
}

/** Takes back what is said beside fields: all of them, or those of some names. */
export function clearFields(form, names = null) {
  for (const control of form.querySelectorAll("[aria-invalid]")) {
    if (names === null || names.includes(control.name)) clearField(control);
  }
}

/** Tells a problem in a form: beside its fields, and above its buttons whatever belongs to none. */
export function tellForm(form, place, problem, retry = null) {
  const left = tellFields(form, problem);
  const named = form.querySelector("[aria-invalid]") !== null;
  if (!named) fill(place, failure(problem, problem.late ? retry : null));
  else fill(place, left.length ? banner(left.join(" ")) : null);
}
