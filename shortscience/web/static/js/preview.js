// The preview: the text goes to the same code that renders the published page, and scrolls in step
// with what comes back. That is our own server's sanitised HTML; it is parsed as a document, so no
// script in it could ever run. A text that cannot be kept gets a sentence instead.

const PREVIEW_AFTER_MS = 150;

// Each piece of the answer says by `data-part` where it belongs; its data comes along.
function spread(answer, form) {
  for (const piece of answer.querySelectorAll("[data-part]")) {
    const place = form.querySelector(`[data-part="${piece.dataset.part}"]`);
    if (!place) continue;
    place.replaceChildren(...piece.childNodes);
    Object.assign(place.dataset, piece.dataset);
  }
}

export function preview(text, mirror) {
  const form = text.form;
  const pane = form.querySelector("[data-part=html]");
  let timer;
  let asked;

  function say(sentence) {
    const said = document.createElement("p");
    said.className = "field__error";
    said.textContent = sentence;
    pane.replaceChildren(said);
    pane.dataset.lines = "";
  }

  async function ask() {
    clearTimeout(timer);
    asked?.abort();
    if (!text.value.trim()) {
      for (const place of form.querySelectorAll("[data-part]")) place.replaceChildren();
      form.dispatchEvent(new Event("previewed"));
      return;
    }
    asked = new AbortController();
    try {
      const answer = await fetch(text.dataset.preview, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Requested-With": "fetch" },
        signal: asked.signal,
      });
      if (answer.redirected || answer.status >= 500) return;
      const said = await answer.text();
      if (answer.ok) spread(new DOMParser().parseFromString(said, "text/html"), form);
      else if (said) say(said);
      form.dispatchEvent(new Event("previewed"));
    } catch {
      // aborted by the next letter, or offline: the last preview stays
    }
  }

  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PREVIEW_AFTER_MS);
  });
  inStep(text, pane, mirror);
  // A text that is there already is shown at once, unless the server did.
  if (text.value.trim() && !pane.dataset.lines) ask();
  return ask;
}

// Both sides scroll together wherever both are seen: who is touched leads. Between the beginnings
// of two blocks, whose lines the server tells, the way is divided evenly.
function inStep(text, pane, mirror) {
  let leader = text;
  function points() {
    const tops = mirror.tops();
    const lines = (pane.dataset.lines ?? "").split(" ").filter(Boolean).map(Number);
    const known = [[0, 0]];
    for (const [nth, line] of lines.entries()) {
      const block = pane.children[nth];
      const [lastTop, lastPlace] = known.at(-1);
      if (tops[line] > lastTop && block?.offsetTop > lastPlace) known.push([tops[line], block.offsetTop]);
    }
    known.push([Math.max(text.scrollHeight, known.at(-1)[0] + 1), Math.max(pane.scrollHeight, known.at(-1)[1] + 1)]);
    return known;
  }
  function follow(from, to, one, other) {
    if (leader !== from || to.scrollHeight <= to.clientHeight) return;
    const at = from.scrollTop;
    const isEnd = at > 0 && at + from.clientHeight >= from.scrollHeight - 1;
    if (isEnd) return void (to.scrollTop = to.scrollHeight);
    const known = points();
    const next = Math.max(1, known.findIndex((point) => point[one] > at));
    const [a, b] = [known[next - 1], known[next]];
    to.scrollTop = a[other] + ((at - a[one]) / (b[one] - a[one])) * (b[other] - a[other]);
  }
  for (const side of [text, pane]) {
    for (const name of ["pointerenter", "focus", "wheel", "touchstart", "keydown"]) {
      side.addEventListener(name, () => (leader = side), { passive: true });
    }
  }
  text.addEventListener("scroll", () => follow(text, pane, 0, 1), { passive: true });
  pane.addEventListener("scroll", () => follow(pane, text, 1, 0), { passive: true });
  text.form.addEventListener("previewed", () => follow(text, pane, 0, 1));
}
