// The app's settings: the company's login and defaults, its templates and automations, and the way to the report.
import { call } from "./api.js";
import { automationsSection } from "./automations_section.js";
import { button, fill, make } from "./elements.js";
import { banner, failure } from "./failures.js";
import { icon } from "./icons.js";
import { reportView } from "./report_view.js";
import { restNotice } from "./set_up.js";
import { settingsForm } from "./settings_form.js";
import { templatesSection } from "./templates_section.js";

const page = document.getElementById("page");
show();

async function show() {
  try {
    const me = await call("/me");
    const [settings, types, fields] = await Promise.all([
      call("/settings"),
      call("/activity-types").then(({ items }) => items, (problem) => problem),
      call("/merge-fields").then(({ items }) => items, () => []),
    ]);
    const isAdmin = me.user.is_admin;
    const [templates, automations] = [make("div", {}), make("div", {})];
    const showRest = (saved) => {
      if (!saved.customer_id) return;
      fill(templates, templatesSection({ fields }));
      fill(automations, automationsSection({ isAdmin }));
    };
    showRest(settings);
    present(!isAdmin && readOnly(), restNotice(me.writes), settingsForm({ settings, types, isAdmin, saved: showRest }), templates, automations, links());
  } catch (problem) {
    present(failure(problem, show));
  }
}

const readOnly = () =>
  banner("Only people who are admins in Pipedrive can change these settings. You can look at them, and write templates below.", { kind: "info" });

function present(...content) {
  fill(page, make("h1", {}, "Message Central settings"), ...content);
  page.classList.add("settings");
  page.removeAttribute("aria-busy");
}

function links() {
  const open = button("Campaign report", () => {
    const held = [...page.childNodes];
    const back = () => {
      view.stop();
      fill(page, held);
      open.focus();
    };
    const view = reportView({ back, backWords: "Back to the settings" });
    fill(page, make("h1", { class: "unseen" }, "Campaign report"), view.element);
    view.focus();
  }, { icon: icon("report") });
  return make("section", { class: "stack section" }, make("h2", {}, "Report"), make("p", { class: "hint" }, "What became of each SMS of a campaign. You start one from your list of contacts: select people, then choose SMS campaign in the menu with the three dots."), make("div", { class: "row" }, open));
}
