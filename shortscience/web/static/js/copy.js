// Copy: a formula as TeX or MathML, the link to it, and code. A button stands at each display formula
// and each piece of code; one inside a line opens the same by a click, or by Enter after the key "f".
// The words are in the page's template, so that they are in its language.

const menu = document.querySelector("template[data-copy]").content.firstElementChild.cloneNode(true);
const [copy, status] = [menu.dataset.copy, menu.querySelector("[role=status]")];
let formula;
let opener;

document.body.append(menu);
for (const box of document.querySelectorAll(".prose .equation:not(.equation--inline), .prose pre")) {
  const button = document.createElement("button");
  const place = document.createElement("div");
  const isCode = box.matches("pre");
  if (!isCode && !box.querySelector("math")) continue;
  button.type = "button";
  button.className = "copy";
  button.textContent = copy;
  button.setAttribute("aria-label", isCode ? menu.dataset.code : menu.dataset.formula);
  button.addEventListener("click", () => (isCode ? write(box.textContent, button) : open(box.querySelector("math"), button)));
  place.className = "copy-place";
  place.append(button);
  box.before(place);
}

document.addEventListener("click", (event) => {
  const math = event.target.closest?.(".prose math");
  if (math && !math.closest("a") && getSelection().isCollapsed) open(math, math);
});
document.addEventListener("keydown", (event) => {
  const math = event.target.closest?.(".prose math, .prose .equation");
  if (event.key !== "Enter" || !math || math.closest("a")) return;
  open(math.matches("math") ? math : math.querySelector("math"), math);
});
menu.addEventListener("click", (event) => {
  const what = event.target.closest("[data-as]")?.dataset.as;
  if (what) write(as(what), null);
});
menu.addEventListener("toggle", (event) => event.newState === "closed" && menu.contains(document.activeElement) && opener.focus());

function open(math, at) {
  if (!math) return;
  [formula, opener] = [math, at];
  status.textContent = "";
  menu.querySelector("[data-as=link]").hidden = !math.closest(".equation[id]");
  const box = at.getBoundingClientRect();
  menu.showPopover();
  menu.style.insetInlineStart = `${Math.max(8, Math.min(box.left, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.insetBlockStart = `${Math.max(8, Math.min(box.bottom + 4, innerHeight - menu.offsetHeight - 8))}px`;
  menu.querySelector("button").focus();
}

function as(what) {
  if (what === "tex") return formula.querySelector("annotation").textContent;
  if (what === "link") return new URL(`#${formula.closest(".equation").id}`, location).href;
  const clean = formula.cloneNode(true);
  clean.removeAttribute("tabindex");
  return new XMLSerializer().serializeToString(clean);
}

async function write(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    if (button) {
      button.textContent = menu.dataset.done;
      setTimeout(() => (button.textContent = copy), 2000);
    } else status.textContent = menu.dataset.done;
  } catch {
    status.textContent = menu.dataset.failed;
    if (button) button.textContent = menu.dataset.failed;
  }
}
