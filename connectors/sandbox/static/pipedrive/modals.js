// The app's pages in modal windows.

import { AppFrame, emitToAll } from "./frames.js";
import { showSnackbar } from "./notices.js";

const ACTIONS = { campaign: "SMS campaign", report: "Campaign report" };
const PIPEDRIVES_OWN = ["deal", "organization", "person", "activity", "json_modal"];

function newDialog(title) {
  const dialog = document.createElement("dialog");
  dialog.className = "modal";
  const head = document.createElement("header");
  const heading = document.createElement("h2");
  heading.id = `modal-${document.querySelectorAll("dialog").length}`;
  heading.textContent = title;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.append("Close");
  close.addEventListener("click", () => dialog.close());
  const place = document.createElement("div");
  head.append(heading, close);
  dialog.append(head, place);
  dialog.setAttribute("aria-labelledby", heading.id);
  return { dialog, place };
}

/** Open a page of the app; resolves once it is closed. */
export function openModal(page, selection, data) {
  const { dialog, place } = newDialog(ACTIONS[page]);
  document.body.append(dialog);
  dialog.showModal();
  const frame = new AppFrame({
    place,
    page,
    kind: "modal",
    title: ACTIONS[page],
    selection,
    data,
    close: () => dialog.close(),
  });
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      frame.remove();
      dialog.remove();
      emitToAll("close_custom_modal");
      resolve({ status: "closed" });
    });
  });
}

/** What `open_modal` asks for; `action_id` is the name that the action has, or the last part of its address. */
export function openAction(frame, { type, action_id: action, data }) {
  if (PIPEDRIVES_OWN.includes(type)) {
    showSnackbar({ message: `Pipedrive would open its window for a new ${type.replace("_", " ")}.` });
    return { status: "closed" };
  }
  const wanted = String(action ?? "").toLowerCase();
  const page = Object.keys(ACTIONS).find((key) => [key, ACTIONS[key].toLowerCase()].includes(wanted));
  if (type !== "custom_modal" || !page) throw new Error("There is no such modal");
  return openModal(page, frame.selection, data);
}
