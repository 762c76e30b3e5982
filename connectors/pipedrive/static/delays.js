// How long after it happened something is sent: seconds for the service, a number and a unit for people.
import { several } from "./formats.js";

const UNITS = [
  ["days", 86_400, "day"],
  ["hours", 3_600, "hour"],
  ["minutes", 60, "minute"],
];

export const UNIT_CHOICES = [...UNITS].reverse().map(([name]) => [name, name]);

/** Returns {amount, unit}: the largest unit in which it is a whole number. */
export function split(seconds) {
  const [unit, size] = (seconds > 0 && UNITS.find(([, each]) => seconds % each === 0)) || UNITS.at(-1);
  return { amount: seconds / size, unit };
}

export const joined = (amount, unit) => Number(amount || 0) * UNITS.find(([name]) => name === unit)[1];

export function delayInWords(seconds) {
  if (!seconds) return "at once";
  const { amount, unit } = split(seconds);
  return `after ${several(amount, UNITS.find(([name]) => name === unit)[2])}`;
}
