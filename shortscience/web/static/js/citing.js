// Papers to cite, offered while `\cite{…` or `@…` is typed. The focus stays in the text, which tells
// readers aloud of the list (aria-activedescendant); the arrows choose, Enter or Tab takes, Escape closes.
import { replace } from "./typing.js";

const AFTER_MS = 100;
const SHORTEST = 2;
// All of them are seen: nothing to scroll for who has no hand free.
const MOST = 6;
// What stands before the caret: the key that is being typed, or words after an @.
const IN_BRACES = /\\cite\{(?:[^{}\n]*,)?\s*([^{},\n]*)$/;
const AFTER_AT = /(?:^|[\s([])@([^\s@][^@\n]{0,80})$/;

function soughtIn(text) {
  const { value, selectionStart: at, selectionEnd } = text;
  if (at !== selectionEnd) return null;
  const before = value.slice(Math.max(0, at - 300), at);
  const inBraces = before.match(IN_BRACES);
  const found = inBraces ?? before.match(AFTER_AT);
  return found && { words: found[1], start: at - found[1].length, isInBraces: Boolean(inBraces) };
}

export function citing(text, mirror) {
  const pane = text.closest(".editor__pane");
  const box = pane.querySelector("[data-cite]");
  if (!box) return;
  const list = box.querySelector("[role=listbox]");
  const told = pane.querySelector("[data-cite-told]");
  const known = new Map(); // what was asked on this page already
  let timer;
  let asked;
  let chosen = -1;
  let refused; // where Escape closed the list

  text.setAttribute("aria-autocomplete", "list");
  text.setAttribute("aria-haspopup", "listbox");

  function choose(at) {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = at;
    const option = list.children[at];
    if (!option) return text.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    text.setAttribute("aria-activedescendant", option.id);
  }

  function show(options) {
    const isNew = box.hidden;
    list.replaceChildren(...options.map((option) => option.cloneNode(true)));
    [...list.children].forEach((option, nth) => (option.id = `${list.id}-${nth}`));
    choose(-1);
    box.hidden = !options.length;
    if (box.hidden) return close();
    text.setAttribute("aria-controls", list.id);
    if (isNew) told.textContent = `${options.length} · ${told.dataset.some}`;
    const caret = mirror.place(soughtIn(text)?.start ?? text.selectionStart);
    const left = Math.min(caret.x, pane.clientWidth - box.offsetWidth - 8);
    box.style.left = `${Math.max(left, 8)}px`;
    box.style.top = `${text.parentElement.offsetTop + caret.y - text.scrollTop + caret.height + 4}px`;
  }

  function close() {
    clearTimeout(timer);
    asked?.abort();
    box.hidden = true;
    choose(-1);
    text.removeAttribute("aria-controls");
    told.textContent = "";
  }

  async function ask() {
    const sought = soughtIn(text);
    const words = sought?.words.trim() ?? "";
    asked?.abort();
    if (words.length < SHORTEST || sought.start === refused) return close();
    if (!known.has(words)) {
      asked = new AbortController();
      try {
        const headers = { "X-Requested-With": "fetch" };
        const address = `${box.dataset.cite}?q=${encodeURIComponent(words)}`;
        const answer = await fetch(address, { headers, signal: asked.signal });
        const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
        known.set(words, [...page.querySelectorAll("[role=option]")].slice(0, MOST));
      } catch {
        return; // aborted by the next letter, or offline: keys can be typed by hand
      }
    }
    if (document.activeElement === text && soughtIn(text)?.words.trim() === words) show(known.get(words));
  }

  function take(option) {
    const sought = soughtIn(text);
    if (!sought) return close();
    const { start, isInBraces } = sought;
    const end = text.selectionStart;
    const key = option.dataset.key;
    close();
    if (!isInBraces) return replace(text, start - 1, end, `\\cite{${key}}`);
    const isClosed = text.value[end] === "}";
    const after = start + key.length + 1;
    replace(text, start, end, isClosed ? key : `${key}}`, after);
  }

  text.addEventListener("input", (event) => {
    clearTimeout(timer);
    const sought = soughtIn(text);
    if (sought?.start !== refused) refused = undefined;
    if (!sought) close();
    else if (!event.isComposing) timer = setTimeout(ask, AFTER_MS);
  });
  // Before the other keys of the text: Enter and Tab mean the list while it is open.
  text.addEventListener("keydown", (event) => {
    if (box.hidden || event.isComposing || event.ctrlKey || event.metaKey) return;
    const last = list.children.length - 1;
    if (event.key === "ArrowDown") choose(chosen === last ? 0 : chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen <= 0 ? last : chosen - 1);
    else if (event.key === "Escape") {
      refused = soughtIn(text)?.start;
      close();
    } else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) take(list.children[chosen]);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  text.addEventListener("blur", close);
  text.addEventListener("scroll", close, { passive: true });
  // Pressing must not take the focus away first: that would close the list.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
}
