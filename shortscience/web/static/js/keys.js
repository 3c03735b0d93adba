// Keys for reading: j and k go from text to text, f from formula to formula, ? tells which there are.
// `site.js` fetches this with the first of them, and only for keys that nobody types into a field.
// The help page turns them off (WCAG 2.1.4); the choice stays in this browser.

const TEXTS = ".entry, article.summary, .beside__one, .result, .library__row";
const FORMULAS = ".prose .equation, .prose math:not(.equation *, a *)";
const shown = (selector) => [...document.querySelectorAll(selector)].filter((it) => it.checkVisibility());

export function press(key) {
  if (localStorage.getItem("keys") === "off") return;
  if (key === "?") return help();
  if (key === "f") return go(shown(FORMULAS), 1);
  go(shown(TEXTS), key === "j" ? 1 : -1);
}

// The next one after the focus, or after what stands at the top of the window.
function go(items, step) {
  if (items.length === 0) return;
  const active = document.activeElement;
  let at = items.findLastIndex((it) => it === active || it.contains(active));
  if (at < 0) {
    const above = items.filter((it) => it.getBoundingClientRect().top < 8).length;
    at = step > 0 ? above - 1 : above;
  }
  const next = items[at + step];
  if (!next) return;
  if (!next.hasAttribute("tabindex")) next.tabIndex = -1;
  next.focus({ preventScroll: true, focusVisible: true });
  next.scrollIntoView({ block: next.matches(TEXTS) ? "start" : "nearest" });
}

// The help page's own list, in a dialog over this page.
async function help() {
  const link = document.querySelector("[data-keys]");
  const open = document.querySelector("dialog.keys");
  if (open || !link) return open?.showModal();
  try {
    const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), "text/html");
    const dialog = document.createElement("dialog");
    dialog.className = "keys";
    dialog.setAttribute("aria-labelledby", "keys-title");
    dialog.append(...["keys-title", "keys-list", "keys-close"].map((id) => page.getElementById(id)));
    dialog.lastChild.hidden = false;
    document.body.append(dialog);
    dialog.showModal();
  } catch {
    location.assign(link.href);
  }
}
