// Numbers and moments as people write them, in their own language and time zone.

const number = new Intl.NumberFormat();
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });
// One clock everywhere, each language's own: 5:16 PM and 9:05 AM, or 17:16 and 09:05.
const { hour12 } = new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions();
const CLOCK = { hour: hour12 ? "numeric" : "2-digit", minute: "2-digit" };
const DAY = { day: "numeric", month: "short" };
const DATE = { ...DAY, year: "numeric" };
const clock = new Intl.DateTimeFormat(undefined, CLOCK);
const thisYear = new Intl.DateTimeFormat(undefined, { ...DAY, ...CLOCK });
const otherYear = new Intl.DateTimeFormat(undefined, { ...DATE, ...CLOCK });
const date = new Intl.DateTimeFormat(undefined, DATE);
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const list = new Intl.ListFormat("en", { type: "conjunction" });

export const figure = (value) => number.format(value ?? 0);
export const share = (part, all) => percent.format(all ? part / all : 0);
export const several = (value, one, more = `${one}s`) => `${figure(value)} ${value === 1 ? one : more}`;
export const listed = (words) => list.format(words);
export const onDay = (moment) => date.format(moment);
export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Returns a reason as a sentence with an end: a network's own words often have none. */
export function ended(words) {
  const said = words.trim();
  return !said || /[.!?…]["'”’)\]]*$/u.test(said) ? said : `${said}.`;
}

/** Returns "16:30" for today, "20 Nov, 16:30" in this year, "20 Nov 2025, 16:30" before and after. */
export function moment(text) {
  const then = new Date(text);
  const now = new Date();
  if (then.toDateString() === now.toDateString()) return clock.format(then);
  return (then.getFullYear() === now.getFullYear() ? thisYear : otherYear).format(then);
}

export const exactly = (text) => whole.format(new Date(text));

/** Returns what a datetime-local field holds as RFC 3339, with the offset that the person's zone has then. */
export function withOffset(local) {
  const then = new Date(local);
  if (Number.isNaN(then.getTime())) return null;
  const ahead = -then.getTimezoneOffset();
  const two = (value) => String(Math.trunc(Math.abs(value))).padStart(2, "0");
  const seconds = local.length === 16 ? ":00" : "";
  return `${local}${seconds}${ahead < 0 ? "-" : "+"}${two(ahead / 60)}:${two(ahead % 60)}`;
}

/** Returns a moment as a datetime-local field holds it. */
export function asLocal(then) {
  const two = (value) => String(value).padStart(2, "0");
  const [month, dayOfMonth] = [then.getMonth() + 1, then.getDate()].map(two);
  return `${then.getFullYear()}-${month}-${dayOfMonth}T${two(then.getHours())}:${two(then.getMinutes())}`;
}
