// The window of a campaign: for whom, what, a look at it, a test, the start, and how it goes on.
import { all, call } from "./api.js";
import { campaignForm } from "./campaign_form.js";
import { chooser } from "./chooser.js";
import { fill, make } from "./elements.js";
import { banner, failure } from "./failures.js";
import { opened } from "./query.js";
import { reportView } from "./report_view.js";
import { accountNotice, notSetUp } from "./set_up.js";

const page = document.getElementById("page");
const { resource, selectedIds, excludedIds, filter } = opened();
let selection = { selected_ids: selectedIds, excluded_ids: excludedIds, filter: selectedIds.length ? null : filter };
show();

async function show() {
  if (resource && resource !== "person") {
    return present(banner("Campaigns are sent to people. Open this window from your list of contacts.", { kind: "info" }));
  }
  try {
    const me = await call("/me");
    if (!me.set_up) return present(notSetUp(me.user.is_admin));
    if (!me.may_send_campaigns) {
      const words = "Your company lets admins alone send campaigns. Ask one of them to send it, or to let everybody do so in the app's settings.";
      return present(banner(words, { kind: "info", title: "You may not send campaigns" }));
    }
    if (!selection.selected_ids.length && !selection.filter) {
      return present(
        chooser(me.user.id, (chosen) => {
          selection = { ...selection, filter: chosen };
          show();
        }),
      );
    }
    const [templates, fields] = await Promise.all([all("/templates"), call("/merge-fields").then(({ items }) => items)]);
    present(accountNotice(me.account), campaignForm({ me, templates, fields, selection, begun }));
  } catch (problem) {
    present(failure(problem, show));
  }
}

function begun(campaign) {
  const view = reportView({ first: campaign.id });
  present(view.element);
  view.focus();
}

function present(...content) {
  fill(page, make("h1", { class: "unseen" }, "SMS campaign"), ...content);
  page.removeAttribute("aria-busy");
}
