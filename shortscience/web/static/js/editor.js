// Editor: a preview made by the server, a draft kept by the browser, buttons that type Markdown.
import { draftKey, forgetDraft, keepDraft, readDraft } from "./drafts.js";

const PREVIEW_AFTER_MS = 150;
const KEEP_AFTER_MS = 400;

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

function draft(text, shown) {
  const key = draftKey(text.dataset.draft);
  const state = text.form.querySelector("[data-draft-state]");
  const given = text.defaultValue; // what the page came with
  const kept = readDraft(key);
  // What was published when writing began; a refused text that came back is not that.
  const base = "unsaved" in text.dataset ? kept?.base : given;
  if ("unsaved" in text.dataset) keep(); // the server refused it and sent it back
  else if (kept && kept.text !== given && kept.text.trim()) restore();
  else forgetDraft(key);

  function restore() {
    text.value = kept.text;
    const notice = document.querySelector("[data-draft-restored]")?.content.cloneNode(true).firstElementChild;
    if (!notice) return;
    const time = notice.querySelector("time");
    if (time) {
      const when = new Date(kept.at);
      time.dateTime = when.toISOString();
      time.textContent = when.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    }
    notice.querySelector("button")?.addEventListener("click", () => {
      text.value = given;
      forgetDraft(key);
      notice.remove();
      text.focus();
      shown?.();
    });
    const newer = notice.querySelector("[data-newer]");
    if (newer) newer.hidden = kept.base === undefined || kept.base === given;
    document.getElementById("messages").append(notice);
    shown?.();
  }

  function keep(sent = false) {
    if (text.value === given && !sent && !("unsaved" in text.dataset)) return forgetDraft(key);
    if (keepDraft(key, { text: text.value, base, at: Date.now(), sent }) && state) state.hidden = false;
  }
  text.addEventListener("input", later(KEEP_AFTER_MS, () => keep()));
  text.form.addEventListener("submit", () => keep(true));
  // A tab that is closed within the wait must not lose the last words.
  addEventListener("pagehide", () => text.value !== given && !readDraft(key)?.sent && keep());
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
  if (text.dataset.draft) draft(text, shown);
}
for (const bar of document.querySelectorAll("[data-tools]")) tools(bar);
