// Calls of /pipedrive/api, each with a fresh token, and what is said when one fails.
import { signedToken } from "./sdk.js";

const BASE = "/pipedrive/api";

/** Why a call failed, in words for the person at the page. */
export class Problem extends Error {
  constructor({ status = 0, code = null, detail, errors = {}, retryAfter = null }) {
    super(detail);
    Object.assign(this, { status, code, errors, retryAfter });
  }

  /** Whether the answer came: what was asked for was not done. */
  get answered() {
    return this.status > 0 && this.status < 500;
  }
}

const NO_TOKEN = "Pipedrive does not say who you are. Close this window and open it again.";
const OFFLINE = "You are offline. Check your connection, then try again.";
const NO_ANSWER = "The service does not answer. Try again in a moment.";
const NO_SENSE = "The service answers in a way that this page cannot read. Try again in a minute.";

async function send(path, { method = "GET", body, query, key } = {}) {
  const headers = { Authorization: `Bearer ${await token()}`, Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  const asked = String(new URLSearchParams(Object.entries(query ?? {}).filter(([, value]) => value)));
  const url = `${BASE}${path}${asked && `?${asked}`}`;
  let response;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
    });
  } catch {
    throw new Problem({ code: "offline", detail: navigator.onLine ? NO_ANSWER : OFFLINE });
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function token() {
  try {
    return await signedToken();
  } catch {
    throw new Problem({ code: "no_token", detail: navigator.onLine ? NO_TOKEN : OFFLINE });
  }
}

async function problemOf(response) {
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  let document = null;
  try {
    document = await response.json();
  } catch {
    // a proxy's page, for one
  }
  if (typeof document?.detail !== "string" || !document.detail) {
    return new Problem({ status: response.status, retryAfter, detail: NO_SENSE });
  }
  const { code, detail, errors } = document;
  return new Problem({ status: response.status, code, detail, errors: errors ?? {}, retryAfter });
}

/** Returns what the service answers. Throws Problem. */
export async function call(path, options) {
  const response = await send(path, options);
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch {
    throw new Problem({ status: response.status, detail: NO_SENSE });
  }
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
  const response = await send(path);
  const url = URL.createObjectURL(await response.blob());
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
