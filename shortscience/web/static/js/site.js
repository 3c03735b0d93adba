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
if (has("[data-propose]")) import("./propose.js");
if (has("[data-preview], [data-draft], [data-tools]")) import("./editor.js");
if (has("[data-select]")) import("./select.js");
if (has("[data-busy]")) import("./busy.js");
if (has("[data-notes]")) import("./notes.js");
if (has("[data-suggest]")) import("./suggest.js");
if (has("template[data-copy]") && has(".prose :is(math, pre)")) import("./copy.js");
if (has("[data-levels]")) import("./levels.js");
if (has("[data-keys-switch]")) import("./keyswitch.js");

document.addEventListener("keydown", (event) => {
  const isForPage = ["j", "k", "f", "?"].includes(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!isForPage || event.isComposing || event.defaultPrevented) return;
  if (event.target.closest?.("input, textarea, select, dialog, [contenteditable], [popover]")) return;
  import("./keys.js").then((keys) => keys.press(event.key));
});
