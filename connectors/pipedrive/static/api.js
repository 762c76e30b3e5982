// Calls of /pipedrive/api, each with a fresh token, and what is said when one fails.
import { Problem } from "./problems.js";
import { signedToken } from "./sdk.js";

const BASE = "/pipedrive/api";
const NO_TOKEN = "Pipedrive does not say who you are. Close this window and open it again.";
const OFFLINE = "You are offline. Check your connection, then try again.";
const NO_ANSWER = "The service does not answer. Try again in a moment.";
const TOO_LATE = "The service takes too long to answer. Try again in a moment.";
const NO_SENSE = "The service answers in a way that this page cannot read. Try again in a minute.";

const PATIENCE = 30_000;
// These wait for Pipedrive.
const LONG_PATIENCE = 60_000;
const isLong = (path) => path.startsWith("/campaigns") || path.endsWith("/preview");
const FILE_PATIENCE = 5 * 60_000;

const REPEATS = 3;
const LONGEST_PAUSE = 5; // seconds

/**
 * Returns what the service answers, null where that is nothing. Where it is crowded for a moment it is asked again by
 * itself, if asking twice does nothing twice; `repeat` says so of what is neither a GET nor has a key. Throws Problem.
 */
export async function call(path, options = {}) {
  const { method = "GET", key, repeat = () => method === "GET" || Boolean(key) } = options;
  for (let left = REPEATS; ; left -= 1) {
    try {
      return await ask(path, options);
    } catch (problem) {
      const passes = problem.status === 503 && problem.retryAfter !== null && problem.retryAfter <= LONGEST_PAUSE;
      if (!passes || left === 0 || !repeat()) throw problem;
      await new Promise((resolve) => setTimeout(resolve, problem.retryAfter * 1_000));
    }
  }
}

async function ask(path, { method = "GET", body, query, key, read = json, patience }) {
  const headers = { Authorization: `Bearer ${await token()}`, Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  const asked = String(new URLSearchParams(Object.entries(query ?? {}).filter(([, value]) => value)));
  const url = `${BASE}${path}${asked && `?${asked}`}`;
  try {
    const response = await fetch(url, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(patience ?? (isLong(path) ? LONG_PATIENCE : PATIENCE)),
    });
    if (!response.ok) throw await problemOf(response);
    return await read(response);
  } catch (fault) {
    throw unanswered(fault);
  }
}

async function token() {
  try {
    return await signedToken();
  } catch (problem) {
    if (!navigator.onLine) throw new Problem({ code: "offline", detail: OFFLINE });
    throw problem.late ? problem : new Problem({ code: "no_token", detail: NO_TOKEN });
  }
}

const json = (response) => (response.status === 204 ? null : response.json());

/** What came instead of an answer, or of the rest of one. */
function unanswered(fault) {
  if (fault instanceof Problem) return fault;
  if (fault.name === "TimeoutError") return new Problem({ code: "late", detail: TOO_LATE });
  if (fault.name === "SyntaxError") return new Problem({ detail: NO_SENSE });
  return new Problem({ code: "offline", detail: navigator.onLine ? NO_ANSWER : OFFLINE });
}

async function problemOf(response) {
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  const said = await response.json().catch(() => null); // a proxy's page, for one
  if (typeof said?.detail !== "string" || !said.detail) {
    return new Problem({ status: response.status, retryAfter, detail: NO_SENSE });
  }
  const { code, detail, errors } = said;
  return new Problem({ status: response.status, code, detail, errors: errors ?? {}, retryAfter });
}

/** Returns every item of a list, page by page. */
export async function all(path, query = {}) {
  const items = [];
  let cursor = null;
  do {
    const page = await call(path, { query: { ...query, limit: 500, cursor } });
    items.push(...page.items);
    cursor = page.next ?? null;
  } while (cursor);
  return items;
}

/** Hands a file to the person: a link cannot carry a token. */
export async function download(path, name) {
  const file = await call(path, { read: (response) => response.blob(), patience: FILE_PATIENCE });
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A key for what must be done once, however often it is asked for: kept until an answer came, and for the same request. */
export class OnceKey {
  #key = null;
  #said = null;

  async use(body, work) {
    const said = JSON.stringify(body);
    if (this.#key === null || this.#said !== said) [this.#key, this.#said] = [crypto.randomUUID(), said];
    try {
      const answer = await work(this.#key);
      this.#key = null;
      return answer;
    } catch (problem) {
      if (problem.answered && problem.status !== 409) this.#key = null;
      throw problem;
    }
  }
}
