// The cart and the checkout: each change of them is told, as Shopify does; buying and leaving.

import { contentOf, send, tell } from "./actions.js";

const TYPING_MS = 400;
const { shop, currency } = document.body.dataset;
const money = new Intl.NumberFormat(currency === "INR" ? "en-IN" : "en", { style: "currency", currency });
const products = new Map();
for (const { dataset } of document.querySelectorAll(".product")) {
  products.set(dataset.sku, { title: dataset.title, price: Number(dataset.price) });
}

const form = document.getElementById("checkout");
const buy = document.getElementById("buy");
const leave = document.getElementById("leave");
const stand = document.getElementById("stand");
const cart = new Map();
let token = null;
let typing;
let telling = Promise.resolve();

function content() {
  const { payment, ...buyer } = contentOf(form);
  const { zip } = form.elements.country_code.selectedOptions[0].dataset;
  return { items: [...cart].map(([sku, quantity]) => ({ sku, quantity })), buyer: { ...buyer, zip }, payment };
}

function total() {
  return [...cart].reduce((sum, [sku, quantity]) => sum + products.get(sku).price * quantity, 0);
}

function lineOf([sku, quantity]) {
  const { title, price } = products.get(sku);
  const line = document.getElementById("line-template").content.cloneNode(true);
  line.querySelector(".what").textContent = title;
  line.querySelector(".many").textContent = quantity;
  line.querySelector(".price").textContent = money.format(price * quantity);
  for (const [name, step] of [["less", -1], ["more", 1]]) {
    const button = line.querySelector(`[data-${name}]`);
    button.querySelector(".unseen").textContent = `One ${name} of ${title}`;
    button.addEventListener("click", () => put(sku, step));
  }
  return line;
}

function show() {
  const full = cart.size > 0;
  document.getElementById("cart").replaceChildren(...[...cart].map(lineOf));
  document.getElementById("cart-empty").hidden = full;
  const sum = document.getElementById("total");
  sum.hidden = !full;
  sum.querySelector("strong").textContent = money.format(total());
  buy.textContent = full ? `Buy for ${money.format(total())}` : "Buy";
  buy.disabled = leave.disabled = !full;
}

function put(sku, step) {
  const quantity = (cart.get(sku) ?? 0) + step;
  if (quantity > 0) cart.set(sku, quantity);
  else cart.delete(sku);
  const focused = document.activeElement?.querySelector(".unseen")?.textContent;
  show();
  const again = [...form.querySelectorAll(".stepper button")].find((button) => button.textContent.includes(focused));
  again?.focus();
  changed();
}

async function update() {
  if (cart.size === 0) return;
  const { items, buyer } = content();
  const path = `${shop}/checkouts${token ? `/${token}` : ""}`;
  try {
    ({ token } = await send(token ? "PUT" : "POST", path, { items, buyer }));
    stand.textContent = "The checkout is open, and the app knows of it.";
  } catch (problem) {
    stand.textContent = problem.message;
  }
}

function changed() {
  clearTimeout(typing);
  typing = setTimeout(() => (telling = telling.then(update)), TYPING_MS);
}

function begin(words) {
  clearTimeout(typing);
  cart.clear();
  token = null;
  show();
  stand.textContent = words;
}

for (const product of document.querySelectorAll(".product")) {
  product.querySelector("[data-add]").addEventListener("click", () => {
    put(product.dataset.sku, 1);
    tell(`${product.dataset.title} is in the cart`);
  });
}

form.elements.country_code.addEventListener("change", (event) => {
  const { phone, city, locale } = event.target.selectedOptions[0].dataset;
  for (const [name, value] of Object.entries({ phone, city, locale })) form.elements[name].value = value;
});
form.addEventListener("input", changed);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearTimeout(typing);
  await telling;
  try {
    const order = await send("POST", `${shop}/orders`, { ...content(), checkout_token: token });
    begin(`Thank you! ${order.name} is with the shopkeeper, under Orders.`);
    tell(`${order.name} was placed`);
  } catch (problem) {
    stand.textContent = problem.message;
  }
});

leave.addEventListener("click", async () => {
  clearTimeout(typing);
  telling = telling.then(update);
  await telling;
  begin("You left. The checkout stays open: in an hour Shopify calls it abandoned.");
});

show();
