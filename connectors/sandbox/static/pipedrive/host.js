// Where the app is, who looks, and which theme is on; the switch of it.

const { app, company, user } = document.body.dataset;
const watchers = [];

export const host = { app, origin: new URL(app).origin, company, user };

const media = matchMedia("(prefers-color-scheme: dark)");

export const theme = () => document.documentElement.dataset.theme ?? (media.matches ? "dark" : "light");

export function onTheme(watcher) {
  watchers.push(watcher);
}

export async function freshToken() {
  const answer = await fetch(`/pipedrive/token?${new URLSearchParams({ company, user })}`);
  if (!answer.ok) throw new Error("The sandbox gave no token");
  return (await answer.json()).token;
}

/** The address of one of the stand-in's own pages, with who looks and the theme. */
export function ownPage(path) {
  return `${path}?${new URLSearchParams({ company, user, theme: theme() })}`;
}

const button = document.getElementById("theme");

function showTheme() {
  button.setAttribute("aria-pressed", String(theme() === "dark"));
}

function keepTheme(address) {
  const url = new URL(address);
  url.searchParams.set("theme", theme());
  return url.href;
}

function wear(chosen) {
  document.documentElement.dataset.theme = chosen;
  history.replaceState(null, "", keepTheme(location.href));
  for (const link of document.querySelectorAll("a[data-keep]")) link.href = keepTheme(link.href);
  showTheme();
  for (const watcher of watchers) watcher(chosen);
}

button.addEventListener("click", () => wear(theme() === "dark" ? "light" : "dark"));
showTheme();
