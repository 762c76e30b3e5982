// How many SMS a text is. The service counts what is sent; this one counts while nobody is chosen yet.
import { figure, listed, several } from "./formats.js";

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "\f^{}\\[~]|€";

/** Returns {segments, left, foreign}; see 3GPP TS 23.038. The empty text has no segment. */
export function lengthOf(text) {
  const foreign = [...new Set(text)].filter((sign) => !BASIC.includes(sign) && !EXTENSION.includes(sign));
  const units = foreign.length
    ? [...text].map((sign) => sign.length)
    : [...text].map((sign) => (BASIC.includes(sign) ? 1 : 2));
  const [alone, part] = foreign.length ? [70, 67] : [160, 153];
  const all = units.reduce((sum, unit) => sum + unit, 0);
  if (all <= alone) return { segments: all ? 1 : 0, left: alone - all, foreign };
  let [segments, filled] = [1, 0];
  for (const unit of units) {
    if (filled + unit > part) [segments, filled] = [segments + 1, 0];
    filled += unit;
  }
  return { segments, left: part - filled, foreign };
}

/** Returns "2 SMS, 14 characters left; “’” makes it Unicode". */
export function lengthInWords(segments, left, foreign = []) {
  const words = [`${figure(segments)} SMS`];
  if (left !== null && left !== undefined) words.push(`${several(left, "character")} left`);
  const named = foreign.slice(0, 3).map((sign) => `“${sign}”`);
  if (foreign.length > 3) named.push("others");
  const why = foreign.length ? `; ${listed(named)} ${foreign.length === 1 ? "makes" : "make"} it Unicode` : "";
  return words.join(", ") + why;
}
