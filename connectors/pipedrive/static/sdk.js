// Pipedrive's side of the window: its token, its messages, its dialogs, its theme.

const { sdk, started } = window.pipedrive;
const { Command, Event, View } = sdk.constructor;

async function execute(command, options) {
  await started;
  return sdk.execute(command, options);
}

/** A token of its own for each call: they are good for five minutes. */
export async function signedToken() {
  const { token } = await execute(Command.GET_SIGNED_TOKEN);
  return token;
}

export const tell = (message) => execute(Command.SHOW_SNACKBAR, { message }).catch(() => {});

/** Asks in Pipedrive's own dialog; false where the person, or Pipedrive, says no. */
export async function confirmed(question) {
  const answer = await execute(Command.SHOW_CONFIRMATION, question);
  return answer?.confirmed === true;
}

export const openPerson = (id) => execute(Command.REDIRECT_TO, { view: View.CONTACTS, id });

export const closeWindow = () => execute(Command.CLOSE_MODAL);

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
