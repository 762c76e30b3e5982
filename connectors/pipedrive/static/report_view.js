// The report: the list of campaigns, and one of them. A page of its own, or a view of another page, with a way back.
import { campaignList } from "./campaign_list.js";
import { campaignOne } from "./campaign_one.js";
import { button, fill, make } from "./elements.js";
import { icon } from "./icons.js";

/** Returns {element, focus(), stop()}; `first` is the campaign to show at once. */
export function reportView({ back = null, backWords = "Back", first = null } = {}) {
  const element = make("div", { class: "stack", tabindex: "-1", role: "region", "aria-label": "Campaign report" });
  let current = null;

  function show(view, { backTo, words }) {
    current?.stop();
    current = view;
    const way = backTo && button(words, backTo, { kind: "plain", icon: icon("back") });
    fill(element, way && make("nav", { class: "row" }, way), view.element);
  }
  function showList() {
    show(campaignList(showOne), { backTo: back, words: backWords });
    element.focus();
  }
  function showOne(id) {
    show(campaignOne(id), { backTo: showList, words: "All campaigns" });
    element.focus();
  }

  if (first) showOne(first);
  else show(campaignList(showOne), { backTo: back, words: backWords });
  return { element, focus: () => element.focus(), stop: () => current.stop() };
}
