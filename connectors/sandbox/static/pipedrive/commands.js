// What the app's pages can ask Pipedrive to do.

import { freshToken, ownPage } from "./host.js";
import { openAction } from "./modals.js";
import { confirmed, showSnackbar } from "./notices.js";

const COMMANDS = {
  initialize(frame, args) {
    frame.start();
    if (args?.size) frame.resize(args.size);
  },
  resize: (frame, args) => frame.resize(args ?? {}),
  get_signed_token: async () => ({ token: await freshToken() }),
  show_snackbar: (_frame, args) => showSnackbar(args),
  show_confirmation: async (_frame, args) => ({ confirmed: await confirmed(args) }),
  open_modal: (frame, args) => openAction(frame, args ?? {}),
  close_modal(frame) {
    if (!frame.close) throw new Error("close_modal is for custom modals");
    frame.close();
  },
  redirect_to: (_frame, args) => redirect(args ?? {}),
  get_metadata: () => ({ windowHeight: innerHeight, windowWidth: innerWidth }),
  set_notification: (_frame, args) => showNumber(args?.number ?? 0),
  set_focus_mode() {},
  show_floating_window: () => noFloatingWindow(),
  hide_floating_window: () => noFloatingWindow(),
};

function noFloatingWindow() {
  throw new Error("The app has no floating window");
}

function showNumber(number) {
  const badge = document.getElementById("badge");
  if (!badge) return;
  badge.hidden = !number;
  badge.textContent = number ? String(number) : "";
}

function redirect({ view, id }) {
  if (view === "contacts") location.assign(ownPage(`/pipedrive/people${id ? `/${encodeURIComponent(id)}` : ""}`));
  else if (view === "settings") location.assign(ownPage("/pipedrive/settings"));
  else if (view) showSnackbar({ message: `Pipedrive would open its ${view}${id ? `: ${id}` : ""}.` });
  else throw new Error("redirect_to needs a view");
}

/** Do what a page asks, and tell it by the port that came with it. */
export async function answer(frame, { command, args }, port) {
  try {
    if (!Object.hasOwn(COMMANDS, command)) throw new Error("Invalid command");
    if (command !== "initialize" && frame.state !== "ready") throw new Error("The page has not said initialize");
    port.postMessage({ data: await COMMANDS[command](frame, args) });
  } catch (problem) {
    port.postMessage({ error: problem.message });
  }
}
