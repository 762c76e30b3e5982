// One of the app's pages in an iframe: its address, its size, and what the SDK says and hears.
// The SDK posts {payload: {command, args, type}, id} with a port, and waits there for {data} or {error};
// the port of a listener stays open: https://github.com/pipedrive/app-extensions-sdk

import { answer } from "./commands.js";
import { freshToken, host, onTheme, theme } from "./host.js";

const PATIENCE_MS = 10_000;

export const SIZES = {
  panel: { height: [100, 750], initial: { height: 300 } },
  modal: { height: [120, Infinity], width: [320, Infinity], initial: { height: 500, width: 800 } },
  settings: { height: [100, 4000], initial: { height: 600 } },
};

const frames = new Set();

const randomId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (octet) => octet.toString(16).padStart(2, "0")).join("");

function within(value, [least, most], available) {
  const given = Number(value);
  if (!Number.isFinite(given)) throw new Error("Sizes are numbers of pixels");
  return Math.min(Math.max(given, least), most, available);
}

export class AppFrame {
  /** `selection` holds the parameters of the query that say what the page is about; `kind` is one of SIZES. */
  constructor({ place, page, kind, title, selection, data, close }) {
    Object.assign(this, { place, page, kind, title, selection, data, close });
    this.id = randomId();
    this.listeners = new Map();
    this.state = "waiting";
    this.words = document.createElement("p");
    this.words.className = "waiting";
    this.words.setAttribute("role", "status");
    this.words.textContent = "Waiting for the app…";
    this.iframe = document.createElement("iframe");
    this.iframe.title = title;
    place.classList.add("frame");
    place.dataset.state = this.state;
    place.append(this.words, this.iframe);
    this.resize(SIZES[kind].initial);
    frames.add(this);
    this.open();
  }

  async open() {
    this.timer = setTimeout(() => this.giveUp(), PATIENCE_MS);
    const query = new URLSearchParams({
      ...this.selection,
      userId: host.user,
      companyId: host.company,
      token: await freshToken(),
      id: this.id,
      theme: theme(),
      ...(this.data ? { data: JSON.stringify(this.data) } : {}),
    });
    this.iframe.src = `${host.app}/pipedrive/${this.page}?${query}`;
  }

  /** Show the page: it said `initialize` in time. */
  start() {
    if (this.state === "silent") throw new Error("The page was given up: initialize came too late");
    clearTimeout(this.timer);
    this.setState("ready");
    this.words.textContent = "";
  }

  giveUp() {
    this.setState("silent");
    this.words.textContent = "The app did not answer.";
  }

  setState(state) {
    this.state = state;
    this.place.dataset.state = state;
  }

  resize({ height, width } = {}) {
    const sizes = SIZES[this.kind];
    if (height !== undefined) {
      const available = this.kind === "modal" ? innerHeight - 120 : Infinity;
      this.place.style.height = `${within(height, sizes.height, available)}px`;
    }
    // A panel is as wide as the sidebar, whatever it asks for.
    if (width !== undefined && sizes.width) this.place.style.width = `${within(width, sizes.width, innerWidth - 48)}px`;
  }

  listen(event, port) {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), port]);
  }

  emit(event, data) {
    for (const port of this.listeners.get(event) ?? []) port.postMessage({ data });
  }

  remove() {
    clearTimeout(this.timer);
    frames.delete(this);
    this.place.replaceChildren();
  }
}

export function emitToAll(event, data) {
  for (const frame of frames) frame.emit(event, data);
}

function hear(event) {
  if (event.origin !== host.origin) return;
  const frame = [...frames].find((one) => one.iframe.contentWindow === event.source);
  const { payload, id } = event.data ?? {};
  if (!frame || id !== frame.id || !payload) return;
  const [port] = event.ports;
  if (payload.type === "listener") frame.listen(payload.event, port);
  else if (payload.type === "command") answer(frame, payload, port);
}

addEventListener("message", hear);
onTheme((chosen) => emitToAll("user_settings_change", { theme: chosen }));
