// Editor: a preview made by the server, drafts, buttons that type Markdown.
import { drafting, localTime } from "./drafting.js";

const PREVIEW_AFTER_MS = 150;

function later(wait, work) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, wait);
  };
}

// The text goes to the same code that renders the published page. What comes back is our own
// server's sanitised HTML; it is parsed as a document, so no script in it could ever run. A text
// that cannot be kept, or a reader who was signed out, gets a sentence instead.
function preview(text) {
  const pane = document.getElementById(text.dataset.previewInto);
  const state = pane.parentElement.querySelector("[data-reading-state]");
  let asked;
  async function ask() {
    asked?.abort();
    if (!text.value.trim()) {
      pane.replaceChildren();
      state?.replaceChildren();
      return;
    }
    asked = new AbortController();
    try {
      const answer = await fetch(text.dataset.preview, {
        method: "POST",
        body: new FormData(text.form),
        headers: { "X-Requested-With": "fetch" },
        signal: asked.signal,
      });
      if (answer.redirected) return;
      const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
      if (!answer.ok) {
        const said = page.createElement("p");
        said.className = "field__error";
        said.textContent = answer.status < 500 ? await answer.text() : "";
        if (!said.textContent) return;
        page.body.append(said);
      }
      state?.replaceChildren(...(page.querySelector("[data-reading]")?.childNodes ?? []));
      page.querySelector("[data-reading]")?.remove();
      pane.replaceChildren(...page.body.childNodes);
    } catch {
      // aborted by the next letter, or offline: the last preview stays
    }
  }
  text.addEventListener("input", later(PREVIEW_AFTER_MS, ask));
  for (const button of text.form.querySelectorAll("[data-without-script]")) button.hidden = true;
  // A text that is there already is shown at once, unless the server did.
  if (text.value.trim() && !state?.textContent) ask();
  return ask;
}

// Typing through the browser's own command keeps undo working.
function type(text, words) {
  text.focus();
  if (!document.execCommand("insertText", false, words)) text.setRangeText(words);
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

function tools(bar) {
  const text = document.getElementById(bar.getAttribute("aria-controls"));
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { before = "", after = "", line } = button.dataset;
    const { selectionStart: from, selectionEnd: to, value } = text;
    const chosen = value.slice(from, to);
    if (line === undefined) {
      type(text, before + chosen + after);
      const at = from + before.length;
      text.setSelectionRange(at, at + chosen.length);
      return;
    }
    const start = value.lastIndexOf("\n", from - 1) + 1;
    text.setSelectionRange(start, to);
    type(text, value.slice(start, to).replace(/^/gm, line));
  });
}

for (const text of document.querySelectorAll("textarea[data-preview], textarea[data-draft]")) {
  const shown = text.dataset.preview ? preview(text) : undefined;
  if (text.dataset.draft) drafting(text, shown);
}
for (const time of document.querySelectorAll("time[data-local-time]")) localTime(time);
for (const bar of document.querySelectorAll("[data-tools]")) tools(bar);
