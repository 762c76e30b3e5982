// One campaign: how far it is, how it stands, everybody in it, and files to take away. It keeps itself up to date.
import { call, download } from "./api.js";
import { progress } from "./campaign_progress.js";
import { button, fill, make, whileBusy } from "./elements.js";
import { banner, failure } from "./failures.js";
import { ended, exactly, moment, several } from "./formats.js";
import { hindrances, isBeingLogged } from "./hindrances.js";
import { icon } from "./icons.js";
import { longText } from "./long_text.js";
import { campaignPill } from "./message_states.js";
import { recipients } from "./recipients.js";
import { confirmed, tell } from "./sdk.js";
import { donut, legend, portions } from "./standing.js";
import { watch } from "./waiting.js";

const EVERY = 3_000;
const OVER = new Set(["finished", "canceled", "failed"]);
// One that is still being prepared may be paused, too.
const VERBS = {
  pause: { words: "Pause", may: (one) => !one.paused_at, kind: "secondary", said: "The campaign is paused" },
  resume: { words: "Resume", may: (one) => Boolean(one.paused_at), kind: "primary", said: "The campaign goes on" },
  cancel: { words: "Cancel campaign", may: () => true, kind: "negative", said: "The campaign is canceled" },
};

/** Whether something of it may still change: receipts and entries in Pipedrive come after the last message has gone. */
const mayChange = (campaign) => !OVER.has(campaign.state) || campaign.counts?.sent > 0 || isBeingLogged(campaign);

export function campaignOne(id) {
  const path = `/campaigns/${encodeURIComponent(id)}`;
  const head = make("div", { class: "stack" }, make("p", { class: "hint", role: "status" }, "Loading …"));
  const place = make("div", {});
  const advance = progress();
  const standing = make("div", { class: "standing" });
  const hindered = hindrances();
  const people = recipients(path, files());
  const body = make("div", { class: "stack", hidden: true }, hindered.account, advance.element, standing, hindered.writes, people.element);
  const looking = watch(look, EVERY);
  let drawn = "";
  let campaign = null;

  async function look() {
    campaign = await call(path);
    draw();
    const [me] = await Promise.all([mayChange(campaign) ? call("/me") : null, people.refresh()]);
    hindered.show(campaign, me);
    return mayChange(campaign);
  }

  function draw() {
    const now = JSON.stringify(campaign);
    if (now === drawn) return;
    drawn = now;
    const focused = head.contains(document.activeElement) ? document.activeElement.dataset.verb : null;
    fill(head, heading(campaign), verbs());
    if (focused) (head.querySelector(`[data-verb="${focused}"]`) ?? head.querySelector("[data-verb]"))?.focus();
    advance.show(campaign);
    const parts = portions(campaign);
    people.count(parts);
    fill(standing, parts.length > 0 && [donut(parts), legend(parts)]);
    body.hidden = false;
  }

  const verbs = () => {
    const possible = OVER.has(campaign.state) ? [] : Object.entries(VERBS).filter(([, verb]) => verb.may(campaign));
    const made = possible.map(([name, verb]) =>
      button(verb.words, (event) => act(event.currentTarget, name), { kind: verb.kind, "data-verb": name }),
    );
    return made.length > 0 && make("div", { class: "row" }, made);
  };

  async function act(pressed, name) {
    await whileBusy(pressed, async () => {
      try {
        if (name === "cancel" && !(await confirmed(CANCEL))) return;
        campaign = await call(`${path}/${name}`, { method: "POST" });
        fill(place);
        draw();
        tell(VERBS[name].said);
        start();
      } catch (problem) {
        fill(place, failure(problem, problem.late ? () => act(pressed, name) : null));
      }
    });
  }

  function files() {
    const take = (kind, words) => {
      const press = button(words, () => whileBusy(press, async () => {
        try {
          await download(`${path}/report.${kind}`, `${fileName(campaign.name)}.${kind}`);
        } catch (problem) {
          fill(place, failure(problem));
        }
      }), { icon: icon("file") });
      return press;
    };
    return make("div", { class: "row" }, take("csv", "Download CSV"), take("xlsx", "Download Excel"));
  }

  async function start() {
    try {
      if (await look()) looking.start();
      fill(place);
    } catch (problem) {
      if (campaign === null) fill(head);
      fill(place, failure(problem, start));
    }
  }
  start();
  return { element: make("section", { class: "stack" }, head, place, body), stop: looking.stop };
}

const CANCEL = {
  title: "Cancel this campaign?",
  description: "Whoever has not been texted yet will not be. This cannot be undone.",
  okText: "Cancel campaign",
  cancelText: "Let it go on",
  okColor: "negative",
};

const fileName = (name) => name.replace(/[^\p{L}\p{N} ._-]+/gu, " ").trim().slice(0, 80) || "campaign";

function heading(campaign) {
  const facts = [
    campaign.description,
    campaign.sent_by?.name && `by ${campaign.sent_by.name}`,
    campaign.segments > 0 && several(campaign.segments, "SMS", "SMS"),
    campaign.sender_id && `sender ${campaign.sender_id}`,
  ];
  const when = campaign.due_at ?? campaign.created_at;
  return [
    make("div", { class: "row" }, make("h2", {}, campaign.name), campaignPill(campaign.state)),
    make(
      "p",
      { class: "hint sentence" },
      facts.filter(Boolean).join(" · "),
      " · ",
      make("time", { datetime: when, title: exactly(when) }, moment(when)),
    ),
    campaign.text && make("div", { class: "bubble" }, longText(campaign.text, campaign.id)),
    campaign.error && banner(ended(campaign.error.message)),
    heldWords(campaign.held) && banner(heldWords(campaign.held), { kind: "info" }),
  ].filter(Boolean);
}

const HELD = {
  outside_hours: "wait for the hours in which promotions may be sent",
  daily_limit: "wait for tomorrow: the day's limit is reached",
};

function heldWords(held) {
  const known = Object.entries(HELD).filter(([name]) => held?.[name] > 0);
  return known.map(([name, words]) => `${several(held[name], "message")} ${words}.`).join(" ");
}
