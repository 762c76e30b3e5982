// Keeps the inbox live: asks for what changed, and touches only the phones that did.

const POLL_MS = 700;
const NEWS_MS = 4000;
const LONGEST_TEXT = 320;

const STATES = {
  accepted: ["On its way", "waiting"],
  sent: ["Sent", "gone"],
  delivered: ["Delivered", "good"],
  undelivered: ["Undelivered", "bad"],
  rejected: ["Rejected", "bad"],
  expired: ["Expired", "bad"],
  unknown: ["Unknown", "waiting"],
};
const GLYPHS = {
  good: "M2 6.5l3 3 5.5-6.5M7.5 9.5l5.5-6.5",
  gone: "M2.5 7l3.2 3.2 6-7.2",
  bad: "M3.5 3l6 6.5M9.5 3l-6 6.5",
  waiting: "M6.5 3v3.5l2.5 1.5M12 6.5a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0z",
};
const TYPES = { TRANSACTION: "transactional", PROMOTIONAL: "promotional", OTP: "one-time code" };
const AVATARS = 6;
const ANSWERED = new Set(["smsc", "ogangi"]);

const byId = (id) => document.getElementById(id);
const figures = new Intl.NumberFormat("en");
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

const cards = new Map();
let version = null;
let asked = "";
let announced = null;
let announcedAt = 0;

function glyph(kind) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 14 13");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", GLYPHS[kind]);
  svg.append(path);
  return svg;
}

function showState(bubble, state) {
  const [words, kind] = STATES[state] ?? [state, "waiting"];
  const chip = bubble.querySelector(".chip");
  bubble.classList.toggle("lost", kind === "bad");
  chip.className = `chip ${kind}`;
  chip.replaceChildren(glyph(kind), words);
}

function showText(bubble, text) {
  const place = bubble.querySelector(".text");
  const button = bubble.querySelector(".whole");
  const letters = Array.from(text);
  if (letters.length <= LONGEST_TEXT) {
    place.textContent = text;
    return;
  }
  const short = `${letters.slice(0, LONGEST_TEXT).join("")}…`;
  place.textContent = short;
  button.hidden = false;
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? "Show less" : "Show all";
    place.textContent = open ? text : short;
  });
}

function newBubble(message) {
  const bubble = byId("bubble-template").content.cloneNode(true).firstElementChild;
  const channel = message.flow_type === "SMS" ? "" : `${message.flow_type} · `;
  bubble.querySelector(".sender").textContent = message.sender_id;
  bubble.querySelector(".kind").textContent = channel + (TYPES[message.message_type] ?? message.message_type);
  bubble.querySelector(".carrier").textContent = `by ${message.carried_by}`;
  showText(bubble, message.text);
  showTime(bubble, message.at);
  return bubble;
}

function showTime(bubble, moment) {
  const time = bubble.querySelector("time");
  const at = new Date(moment);
  time.dateTime = moment;
  time.title = day.format(at);
  time.textContent = clock.format(at);
}

function newAnswer(answer) {
  const bubble = byId("answer-template").content.cloneNode(true).firstElementChild;
  bubble.querySelector(".text").textContent = answer.text;
  showTime(bubble, answer.at);
  return bubble;
}

async function sendAnswer(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const field = form.elements.text;
  const problem = form.querySelector(".problem");
  problem.textContent = "";
  try {
    const body = JSON.stringify({ from: form.dataset.phone, text: field.value });
    const answer = await fetch("sandbox/inbox/answers", { method: "POST", body });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    field.value = "";
    byId("news").textContent = "Answer sent";
    keepLooking();
  } catch {
    problem.textContent = "The answer was not sent. Try again.";
  }
}

function newCard(phone) {
  const node = byId("phone-template").content.cloneNode(true).firstElementChild;
  const heading = node.querySelector("h3");
  heading.id = `phone-${phone.to.slice(1)}`;
  heading.textContent = phone.name;
  node.querySelector("article").setAttribute("aria-labelledby", heading.id);
  node.querySelector(".bubbles").setAttribute("aria-label", `Messages on ${phone.name}`);
  const shade = Array.from(phone.to).reduce((sum, digit) => sum * 7 + digit.charCodeAt(0), 0) % AVATARS;
  node.querySelector(".avatar").classList.add(`shade-${shade}`);
  const form = node.querySelector(".reply");
  const field = form.elements.text;
  field.id = `answer-${phone.to.slice(1)}`;
  form.querySelector("label").htmlFor = field.id;
  form.querySelector("label").textContent = `Answer from ${phone.name}`;
  form.dataset.phone = phone.to;
  form.addEventListener("submit", sendAnswer);
  return { node, bubbles: new Map(), answers: new Map() };
}

function bubbleOf(card, message) {
  const known = card.bubbles.get(message.index) ?? { node: newBubble(message), state: null };
  if (known.state !== message.state) {
    known.state = message.state;
    showState(known.node, message.state);
  }
  return known;
}

function arrange(parent, nodes) {
  nodes.forEach((node, position) => {
    if (parent.children[position] !== node) parent.insertBefore(node, parent.children[position] ?? null);
  });
  while (parent.children.length > nodes.length) parent.lastElementChild.remove();
}

function updateCard(card, phone) {
  const count = phone.total === 1 ? "1 message" : `${figures.format(phone.total)} messages`;
  const hidden = phone.total - phone.messages.length;
  card.node.querySelector(".held").textContent = hidden > 0 ? `${count}, the newest ${phone.messages.length}` : count;
  const bubbles = new Map(phone.messages.map((message) => [message.index, bubbleOf(card, message)]));
  card.bubbles = bubbles;
  card.answers = new Map(phone.answers.map((answer) => [answer.index, card.answers.get(answer.index) ?? newAnswer(answer)]));
  const shown = [
    ...phone.messages.map((message) => ({ at: message.at, node: bubbles.get(message.index).node })),
    ...phone.answers.map((answer) => ({ at: answer.at, node: card.answers.get(answer.index) })),
  ].sort((one, other) => one.at.localeCompare(other.at));
  arrange(card.node.querySelector(".bubbles"), shown.map((bubble) => bubble.node));
  card.node.querySelector(".reply").hidden = !ANSWERED.has(phone.messages.at(-1)?.gateway);
}

function showPhones(phones, total) {
  const wanted = new Set(phones.map((phone) => phone.to));
  for (const to of cards.keys()) if (!wanted.has(to)) cards.delete(to);
  const nodes = phones.map((phone) => {
    const card = cards.get(phone.to) ?? newCard(phone);
    cards.set(phone.to, card);
    updateCard(card, phone);
    return card.node;
  });
  arrange(byId("phones"), nodes);
  showCount(phones.length, total);
}

function showCount(shown, total) {
  const all = asked || shown === total;
  const found = `${figures.format(shown)} found`;
  byId("shown").textContent = asked ? found : all ? "" : `the newest ${figures.format(shown)} of ${figures.format(total)}`;
  byId("more").hidden = Boolean(all);
  byId("empty").hidden = shown > 0;
  byId("empty-title").textContent = asked ? "No phone fits" : "No message yet";
  byId("empty-text").textContent = asked
    ? "Nothing in the newest messages on any phone has this in its number, sender or text."
    : "Point a service here and send one; it shows up by itself.";
  byId("empty-code").hidden = Boolean(asked);
}

function showTotals(stats) {
  for (const place of document.querySelectorAll("[data-figure]")) {
    place.textContent = figures.format(stats[place.dataset.figure]);
  }
  byId("totals").querySelector("[data-warn]").classList.toggle("warn", stats.duplicates > 0);
}

function announce(messages) {
  const now = Date.now();
  if (announced === null || messages < announced) announced = messages;
  const fresh = messages - announced;
  if (!fresh || now - announcedAt < NEWS_MS) return;
  byId("news").textContent = `${figures.format(fresh)} new ${fresh === 1 ? "message" : "messages"}, ${figures.format(messages)} in all`;
  announced = messages;
  announcedAt = now;
}

function showConnection(state, words) {
  if (byId("live").dataset.state === state) return;
  byId("live").dataset.state = state;
  byId("live-text").textContent = words;
}

async function look() {
  const search = byId("search").value.trim();
  const query = new URLSearchParams({ search });
  if (version !== null && search === asked) query.set("version", version);
  const searched = search !== asked;
  const answer = await fetch(`sandbox/inbox?${query}`);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const { version: current, phones, stats } = await answer.json();
  asked = search;
  version = current;
  if (phones) showPhones(phones, stats.phones);
  showTotals(stats);
  if (searched) byId("news").textContent = search ? `${figures.format(phones.length)} phones found` : "All phones are shown";
  else announce(stats.messages);
}

let timer = 0;
let looking = false;

async function keepLooking() {
  clearTimeout(timer);
  if (looking) return;
  looking = true;
  let pause = POLL_MS;
  try {
    await look();
    showConnection("live", "Live");
    if (byId("search").value.trim() !== asked) pause = 0;
  } catch {
    showConnection("lost", "The sandbox does not answer; trying again");
  }
  looking = false;
  if (!document.hidden) timer = setTimeout(keepLooking, pause);
}

byId("search").addEventListener("input", keepLooking);
document.addEventListener("visibilitychange", keepLooking);
keepLooking();
