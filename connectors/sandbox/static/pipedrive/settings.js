// The app's settings.

import { AppFrame } from "./frames.js";
import "./host.js";

const place = document.getElementById("settings");
if (place) new AppFrame({ place, page: "settings", kind: "settings", title: "Settings of the app", selection: {} });
