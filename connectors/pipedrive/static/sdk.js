// Pipedrive's side of the window: its token, its messages, its dialogs, its theme.
import { Problem } from "./problems.js";

const { sdk, started } = window.pipedrive;
const { Command, Event, View } = sdk.constructor;

const PATIENCE = 10_000;
// Somebody reads a question and thinks.
const THOUGHT = 5 * 60_000;
const SILENT = "Pipedrive does not answer. Try again; if it stays like this, close this page and open it again.";
const UNDECIDED = "Pipedrive's question was not answered within five minutes, so nothing was done. Try again.";

/** The SDK itself waits for good. Throws Problem. */
function execute(command, options, { patience = PATIENCE, words = SILENT } = {}) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Problem({ code: "silent", detail: words })), patience);
    started
      .then(() => sdk.execute(command, options))
      .then(resolve, ({ message }) => reject(new Problem({ code: "unwilling", detail: `Pipedrive does not do this: ${message}` })))
      .finally(() => clearTimeout(timer));
  });
}

/** A token of its own for each call: they are good for five minutes. */
export async function signedToken() {
  const { token } = await execute(Command.GET_SIGNED_TOKEN);
  return token;
}

export const tell = (message) => execute(Command.SHOW_SNACKBAR, { message }).catch(() => {});

/** Asks in Pipedrive's own dialog; false where the person, or Pipedrive, says no. */
export async function confirmed(question) {
  await signedToken(); // or a Pipedrive that answers nothing would be taken for somebody who thinks
  const answer = await execute(Command.SHOW_CONFIRMATION, question, { patience: THOUGHT, words: UNDECIDED });
  return answer?.confirmed === true;
}

export const openPerson = (id) => execute(Command.REDIRECT_TO, { view: View.CONTACTS, id });

export const openSettings = () => execute(Command.REDIRECT_TO, { view: View.SETTINGS });

/** Keeps a panel as high as what it shows, within what Pipedrive allows. */
export function fitHeight(least, most) {
  let asked = 0;
  const ask = () => {
    const height = Math.min(most, Math.max(least, Math.ceil(document.body.getBoundingClientRect().height)));
    if (height === asked) return;
    asked = height;
    execute(Command.RESIZE, { height }).catch(() => {});
  };
  new ResizeObserver(ask).observe(document.body);
}

function wear(theme) {
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
}

started.then(() => {
  // The settings come bare or as `data`: the SDK's own types say one, its README the other.
  sdk.listen(Event.USER_SETTINGS_CHANGE, (settings) => wear(settings?.data?.theme ?? settings?.theme));
}, () => {});
