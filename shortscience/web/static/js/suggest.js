// Suggestions: papers for what is being typed, in a list under the box, as ARIA's combobox works:
// the focus stays in the box, the arrows choose, Enter opens, Escape closes. Of the server's answer
// only the options are used.

const AFTER_MS = 100;
const SHORTEST = 2;

function suggest(box) {
  const list = document.createElement("ul");
  list.id = `${box.id}-suggestions`;
  list.className = "suggestions";
  list.role = "listbox";
  list.hidden = true;
  list.ariaLabel = box.dataset.suggestLabel;
  box.closest(".search-field").append(list);
  box.autocomplete = "off";
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-expanded", "false");

  const known = new Map(); // what was asked on this page already
  let timer;
  let asked;
  let chosen = -1;

  function show(options) {
    list.replaceChildren(...options.map((option) => option.cloneNode(true)));
    [...list.children].forEach((option, at) => (option.id = `${list.id}-${at}`));
    choose(-1);
    list.hidden = !options.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
  }

  function close() {
    clearTimeout(timer);
    asked?.abort();
    show([]);
  }

  function choose(at) {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = at;
    const option = list.children[at];
    if (!option) return box.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", option.id);
  }

  async function ask() {
    const text = box.value.trimStart();
    asked?.abort();
    if (text.trim().length < SHORTEST) return show([]);
    if (known.has(text)) return show(known.get(text));
    asked = new AbortController();
    try {
      const answer = await fetch(`${box.dataset.suggest}?q=${encodeURIComponent(text)}`, { signal: asked.signal });
      const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
      known.set(text, [...page.querySelectorAll("[role=option]")]);
      if (document.activeElement === box) show(known.get(text));
    } catch {
      // aborted by the next letter, or offline: the box works as before
    }
  }

  box.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, AFTER_MS);
  });
  box.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const last = list.children.length - 1;
    if (event.key === "ArrowDown") choose(chosen === last ? -1 : chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen === -1 ? last : chosen - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && chosen >= 0) location.assign(list.children[chosen].dataset.href);
    else return;
    event.preventDefault();
  });
  box.addEventListener("blur", close);
  // Pressing must not take the focus away first: that would close the list.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.href);
  });
  addEventListener("pageshow", close);
}

for (const box of document.querySelectorAll("[data-suggest]")) suggest(box);
