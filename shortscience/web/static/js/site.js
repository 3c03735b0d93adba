// Everything here only improves what already works as links, forms and folds.
// A behaviour is fetched only by pages that contain what it improves.
import { improveTheme } from "./theme.js";
import { forgetSentDrafts } from "./drafts.js";

const has = (selector) => document.querySelector(selector) !== null;

improveTheme();
forgetSentDrafts();
if (has("[data-votes]")) import("./votes.js");
if (has("[data-saving], [data-arrange], [data-tags]")) import("./library.js");
if (has("[data-menu]")) import("./menu.js");
if (has("[data-share]")) import("./share.js");
if (has("[data-preview], [data-draft], [data-tools]")) import("./editor.js");
if (has("[data-select]")) import("./select.js");
if (has("[data-busy]")) import("./busy.js");
if (has("[data-suggest]")) import("./suggest.js");
