// The page of reports.
import { fill } from "./elements.js";
import { reportView } from "./report_view.js";

const page = document.getElementById("page");
fill(page, page.querySelector("h1"), reportView().element);
page.removeAttribute("aria-busy");
