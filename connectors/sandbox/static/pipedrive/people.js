// The list of people: who is ticked, and what the app is told of it.

import "./host.js";
import { openModal } from "./modals.js";

const list = document.getElementById("list");
const count = document.getElementById("count");
const more = document.getElementById("more");
const button = document.getElementById("more-button");
const actions = document.getElementById("more-list");
const all = document.getElementById("all");
const boxes = [...document.querySelectorAll("tbody input[type=checkbox]")];
const total = Number(list.dataset.total);
const figures = new Intl.NumberFormat("en");

// With the box of all ticked those count that are not ticked: the list may have further pages.
let everybody = false;

const idsWhere = (checked) => boxes.filter((box) => box.checked === checked).map((box) => box.value);

const howMany = () => (everybody ? total - idsWhere(false).length : idsWhere(true).length);

export const selection = () => ({
  resource: "person",
  view: "list",
  selectedIds: everybody ? "" : idsWhere(true).join(","),
  excludedIds: everybody ? idsWhere(false).join(",") : "",
  filter: JSON.stringify(JSON.parse(list.dataset.filter)),
});

function show() {
  const number = howMany();
  const people = total === 1 ? "person" : "people";
  count.textContent = number
    ? `${everybody && number === total ? "All " : ""}${figures.format(number)} selected`
    : `${figures.format(total)} ${people}`;
  all.checked = everybody && number === total;
  all.indeterminate = number > 0 && number < total;
  if (!more) return;
  more.hidden = number === 0;
  if (number === 0) fold();
}

function fold() {
  actions.hidden = true;
  button.setAttribute("aria-expanded", "false");
}

all.addEventListener("change", () => {
  everybody = all.checked;
  for (const box of boxes) box.checked = everybody;
  show();
});

for (const box of boxes) {
  box.addEventListener("change", () => {
    if (howMany() === 0) everybody = false;
    show();
  });
}

if (more) {
  button.addEventListener("click", () => {
    actions.hidden = !actions.hidden;
    button.setAttribute("aria-expanded", String(!actions.hidden));
  });
  more.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || actions.hidden) return;
    fold();
    button.focus();
  });
  document.addEventListener("click", (event) => {
    if (!more.contains(event.target)) fold();
  });
  for (const action of actions.querySelectorAll("button")) {
    action.addEventListener("click", () => {
      fold();
      button.focus();
      openModal(action.dataset.page, selection());
    });
  }
}

// A browser that comes back to the page may have kept the ticks.
show();
