// What Pipedrive shows for an app on its own page: snackbars and confirmations.

const SNACKBAR_MS = 6000;

let snackbar = null;

// What is outside an open modal dialog can be neither reached nor heard.
const onTop = () => [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;

export function showSnackbar({ message, link } = {}) {
  if (typeof message !== "string" || !message) throw new Error("show_snackbar needs a message");
  snackbar?.remove();
  snackbar = document.createElement("div");
  snackbar.className = "snackbar";
  snackbar.setAttribute("role", "status");
  onTop().append(snackbar);
  const words = document.createElement("span");
  words.textContent = message;
  snackbar.append(words);
  if (link?.url && /^https?:\/\//.test(link.url)) {
    const anchor = document.createElement("a");
    anchor.href = link.url;
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer";
    anchor.textContent = link.label || link.url;
    snackbar.append(anchor);
  }
  const shown = snackbar;
  setTimeout(() => shown.remove(), SNACKBAR_MS);
}

function newButton(words, kind, value) {
  const button = document.createElement("button");
  button.className = `button ${kind}`;
  button.value = value;
  button.textContent = words;
  return button;
}

/** Ask; resolves to whether it was confirmed. */
export function confirmed({ title, description, okText, cancelText, okColor } = {}) {
  if (typeof title !== "string" || !title) throw new Error("show_confirmation needs a title");
  const dialog = document.createElement("dialog");
  dialog.className = "confirmation";
  const form = document.createElement("form");
  form.method = "dialog";
  const heading = document.createElement("h2");
  heading.textContent = title;
  heading.id = "confirmation-title";
  dialog.setAttribute("aria-labelledby", heading.id);
  const words = document.createElement("p");
  words.textContent = description ?? "";
  const buttons = document.createElement("div");
  buttons.className = "buttons";
  const kinds = { primary: "primary", secondary: "", negative: "negative" };
  buttons.append(
    newButton(cancelText || "Cancel", "", "cancel"),
    newButton(okText || "OK", kinds[okColor] ?? "negative", "ok"),
  );
  form.append(heading, words, buttons);
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "ok");
    });
  });
}
