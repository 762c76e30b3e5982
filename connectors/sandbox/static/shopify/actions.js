// Sends what the forms of the page say as JSON, shows what came of it, and puts the page's newest state in place.

const TOAST_MS = 4000;
const toast = document.getElementById("toast");
let hiding;

export function tell(words) {
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (toast.hidden = true), TOAST_MS);
}

/** Returns the answer's JSON, null where there is none. Throws an Error with words for people. */
export async function send(method, path, content) {
  let answer;
  try {
    const headers = { "Content-Type": "application/json" };
    answer = await fetch(path, { method, headers, body: content && JSON.stringify(content) });
  } catch {
    throw new Error("The sandbox does not answer.");
  }
  const found = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(found?.error ?? `The sandbox answered ${answer.status}.`);
  return found;
}

/** What a form says; empty fields are left out. */
export function contentOf(form) {
  const content = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
  for (const box of form.querySelectorAll("input[type=checkbox]")) content[box.name] = box.checked;
  return content;
}

/** Which of the page's buttons has the focus, to find it again in the new page. */
function placeOf(node) {
  const all = [...document.querySelectorAll("#fresh button, #fresh a, #fresh input, #fresh select")];
  return all.indexOf(node);
}

async function refresh() {
  const here = document.getElementById("fresh");
  if (!here) return;
  const place = placeOf(document.activeElement);
  const answer = await fetch(location.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  here.replaceWith(document.adoptNode(page.getElementById("fresh")));
  const all = document.querySelectorAll("#fresh button, #fresh a, #fresh input, #fresh select");
  if (place >= 0) all[Math.min(place, all.length - 1)]?.focus({ preventScroll: true });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const path = form.dataset.send;
  if (!path) return;
  event.preventDefault();
  const words = event.submitter?.textContent.trim() ?? "";
  try {
    await send(form.dataset.method ?? "POST", path, contentOf(form));
    await refresh();
    tell(`${words}: done`);
  } catch (problem) {
    tell(problem.message);
  }
});
