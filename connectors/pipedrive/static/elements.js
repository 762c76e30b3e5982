// Elements made without a word of HTML: what people wrote stays text.

/** Returns an element; of `properties`, `class`, `data-…`, `aria-…`, `role` and `for` become attributes, `on…` listeners. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) setProperty(element, name, value);
  element.append(...present(children));
  return element;
}

const present = (children) => children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);

function setProperty(element, name, value) {
  if (value === null || value === undefined) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (/^(class|role|for|list|colspan|scope|tabindex|datetime|(data|aria)-.*)$/.test(name)) {
    element.setAttribute(name, value);
  } else element[name] = value;
}

/** Returns an element of a drawing; all properties are attributes. */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren(...present(children));
  return element;
}

/** Changes the text only where it is another, so that screen readers do not read it again. */
export function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

export function button(words, onclick, { kind = "secondary", icon = null, ...more } = {}) {
  return make("button", { type: "button", class: `button ${kind}`, onclick, ...more }, icon, make("span", {}, words));
}

/** Keeps a button from being pressed twice while something is under way. */
export async function whileBusy(pressed, work) {
  if (pressed.getAttribute("aria-disabled") === "true") return undefined;
  pressed.setAttribute("aria-disabled", "true");
  pressed.dataset.busy = "";
  try {
    return await work();
  } finally {
    pressed.removeAttribute("aria-disabled");
    delete pressed.dataset.busy;
  }
}
