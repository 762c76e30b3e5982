// Phone numbers: country code and the rest, as they can be corrected before something is sent.
import { make } from "./elements.js";
import { clearField, field, input, select } from "./fields.js";

// https://www.itu.int/pub/T-SP-E.164D: codes of one digit and of two; all others have three.
const ONE = ["1", "7"];
const TWO = (
  "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 " +
  "60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98"
).split(" ");
const OTHER = "other";

/** Returns [country code, national number] of an E.164 number. */
export function split(e164) {
  const digits = e164.replace(/\D/g, "");
  const length = ONE.includes(digits[0]) ? 1 : TWO.includes(digits.slice(0, 2)) ? 2 : 3;
  return [digits.slice(0, length), digits.slice(length)];
}

const LABELS = { mobile: "Mobile", work: "Work", home: "Home" };
const named = ({ label, e164, value, primary }) =>
  [LABELS[label?.toLowerCase()] ?? label, `${e164 ?? value}${primary ? " (primary)" : ""}`].filter(Boolean).join(" · ");

/** Returns {element, value(), isEmpty()}: a contact's numbers, the preferred first, and what may be typed instead. */
export function numberChooser(phones, countryCode, onchange) {
  const chosen = select("phone", [...phones.map((phone, index) => [String(index), named(phone)]), [OTHER, "Another number"]]);
  const country = input("country_code", { inputMode: "numeric", maxLength: 4, autocomplete: "off" });
  const number = input("to", { type: "tel", autocomplete: "off", maxLength: 40, required: true });
  const show = () => {
    const phone = phones[Number(chosen.value)];
    [country.value, number.value] = phone?.e164 ? split(phone.e164) : [countryCode ?? "", phone?.value ?? ""];
    clearField(number);
    if (chosen.value === OTHER) number.focus();
  };
  const value = () => {
    const typed = number.value.trim();
    const code = country.value.replace(/\D/g, "");
    return typed.startsWith("+") || !code ? typed : `+${code}${typed.replace(/\D/g, "")}`;
  };
  const known = () => {
    const at = phones.findIndex(({ e164 }) => e164 === value());
    return at < 0 ? OTHER : String(at);
  };
  show();
  chosen.addEventListener("change", () => {
    show();
    onchange();
  });
  for (const control of [country, number]) {
    control.addEventListener("input", () => {
      clearField(number);
      if (phones[Number(chosen.value)]?.e164 !== value()) chosen.value = known();
      onchange();
    });
  }
  return {
    element: make(
      "div",
      { class: "stack" },
      phones.length > 1 && field("To", chosen),
      make("div", { class: "pair" }, field("Country code", country, { narrow: true }), field("Mobile number", number)),
    ),
    isEmpty: () => !/\d/.test(number.value),
    value,
  };
}
