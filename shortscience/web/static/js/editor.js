// Editor: a plain text box, made good by small scripts. Each of them works alone.
import "./claims.js";
import { citing } from "./citing.js";
import { drafting, localTime } from "./drafting.js";
import { marks } from "./marks.js";
import { mirrorOf } from "./mirror.js";
import { preview } from "./preview.js";
import { tabKey } from "./tabkey.js";
import { toolbar } from "./tools.js";
import { insertBlock, replace } from "./typing.js";

// What is there for those without scripts goes first: drafts keep every field of the form.
for (const one of document.querySelectorAll("[data-without-script]")) one.remove();

for (const text of document.querySelectorAll("textarea[data-preview], textarea[data-draft]")) {
  const mirror = mirrorOf(text);
  // Before the other keys: while its list is open, Enter and Tab are the list's.
  citing(text, mirror);
  const shown = text.dataset.preview ? preview(text, mirror) : undefined;
  if (shown) marks(text, mirror);
  if (text.dataset.draft) drafting(text, shown);
  for (const button of text.form.querySelectorAll("[data-begin]")) begin(button, text);
}
for (const bar of document.querySelectorAll("[data-tools]")) {
  const text = document.getElementById(bar.getAttribute("aria-controls"));
  toolbar(bar, text);
  tabKey(text);
}
for (const time of document.querySelectorAll("time[data-local-time]")) localTime(time);

// A beginning goes into an empty text, or after what is there.
function begin(button, text) {
  button.type = "button";
  button.addEventListener("click", () => {
    text.setSelectionRange(text.value.length, text.value.length);
    if (text.value.trim()) insertBlock(text, button.dataset.begin);
    else replace(text, 0, text.value.length, button.dataset.begin, 0);
  });
}
