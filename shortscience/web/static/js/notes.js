// Notes on passages of a summary: choose one by mouse, touch or keyboard, see those of others.
// Without this the page lists the notes, and the form takes a passage that was copied.

const SPACE = /[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]/;
const BLOCKS = new Set(
  ("blockquote br div dd dl dt figcaption figure h3 h4 h5 h6 hr li nav ol p pre section table tbody " +
    "td th thead tr ul").split(" "),
);
// What is beside the text: our own lines, the way back from a footnote, tools of other scripts.
const NO_TEXT = "[data-aside], .footnote-back, .copy-place, button";
const AROUND = 32;
const LONGEST = 2000;
const SETTLED_MS = 150;

// The reading text as [character, node, offset in the node], as `lib/passages.py` defines it: a
// formula is its source between dollars, and all its characters are at the <math> itself.
export function reading(root) {
  const found = [];
  const space = (node, at) => {
    if (found.length && found.at(-1)[0] !== " ") found.push([" ", node, at]);
  };
  function formula(math) {
    const source = (math.querySelector("annotation") ?? math).textContent;
    const squeezed = source.split(new RegExp(`${SPACE.source}+`)).filter(Boolean).join(" ");
    for (const character of `$${squeezed}$`) found.push([character, math, 0]);
  }
  function walk(parent) {
    for (const node of parent.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) {
        let at = 0;
        for (const character of node.data) {
          if (SPACE.test(character)) space(node, at);
          else found.push([character, node, at]);
          at += character.length;
        }
      } else if (node.localName === "math") {
        formula(node);
      } else if (node.nodeType === Node.ELEMENT_NODE && !node.matches(NO_TEXT)) {
        const isBlock = BLOCKS.has(node.localName);
        if (isBlock) space();
        walk(node);
        if (isBlock) space();
      }
    }
  }
  walk(root);
  if (found.at(-1)?.[0] === " ") found.pop();
  return found;
}

const words = (text, from, to) => text.slice(Math.max(0, from), to).map(([character]) => character).join("");

function rangeOf(text, from, to) {
  const inside = text.slice(from, to).filter(([, node]) => node);
  if (!inside.length) return null;
  const range = new Range();
  const [, first, at] = inside[0];
  const [character, last, end] = inside.at(-1);
  if (first.localName === "math") range.setStartBefore(first);
  else range.setStart(first, at);
  if (last.localName === "math") range.setEndAfter(last);
  else range.setEnd(last, end + character.length);
  return range;
}

// The part of the text in a range, without spaces at its ends; formulas are in it whole.
function placeOf(text, range) {
  const touched = new Map();
  const isIn = ([character, node, at]) => {
    if (!node || character === " ") return false;
    if (!touched.has(node)) touched.set(node, range.intersectsNode(node));
    if (!touched.get(node) || node.localName === "math") return touched.get(node);
    return (
      (node !== range.startContainer || at >= range.startOffset) &&
      (node !== range.endContainer || at < range.endOffset)
    );
  };
  const from = text.findIndex(isIn);
  return from < 0 ? null : [from, text.findLastIndex(isIn) + 1];
}

// { block of the note: the part of the text in it }
function placesOfBlocks(root, text) {
  const places = new Map();
  text.forEach(([character, node], at) => {
    if (!node || character === " ") return;
    let block = node;
    while (block.parentNode !== root) block = block.parentNode;
    if (!places.has(block)) places.set(block, [at, at + 1]);
    places.get(block)[1] = at + 1;
  });
  return places;
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const button = (words, name, work) => {
  const made = element("button", { type: "button", className: name }, words);
  made.addEventListener("click", work);
  return made;
};

// Makes the page's own form one for a note on this passage, or goes to the page that has one.
function write(root, text, [from, to]) {
  const form = document.getElementById("comment-form");
  const given = {
    quote: words(text, from, to),
    before: words(text, from - AROUND, from),
    after: words(text, to, to + AROUND),
  };
  if (!form) {
    location.assign(`${root.dataset.notes}?${new URLSearchParams(given)}`);
    return;
  }
  form.querySelector("[data-chosen]")?.remove();
  form.dataset.usual ??= form.getAttribute("action");
  form.action = root.dataset.notes;
  const box = element("div", { className: "passage" });
  box.dataset.chosen = "";
  const forget = button(root.dataset.forget, "plain", () => {
    box.remove();
    form.action = form.dataset.usual;
    form.elements.text.focus();
  });
  box.append(element("blockquote", { className: "passage__words" }, given.quote), forget);
  for (const [name, value] of Object.entries(given)) {
    box.append(element("input", { type: "hidden", name, value }));
  }
  form.prepend(box);
  form.scrollIntoView({ block: "center" });
  form.elements.text.focus({ preventScroll: true });
}

// A bar at the foot of the window while something is selected.
function offerSelection(root, text) {
  const shown = element("q", {});
  let chosen = null;
  const choose = button(root.dataset.choose, "button button--small", () => {
    bar.hidden = true;
    write(root, text, chosen);
  });
  const bar = element("div", { className: "notes-bar", hidden: true }, shown, choose);
  bar.setAttribute("role", "region");
  bar.setAttribute("aria-label", root.dataset.choose);
  function look() {
    const selection = getSelection();
    const range = selection.rangeCount ? selection.getRangeAt(0) : null;
    const isHere = range && !range.collapsed && root.contains(range.commonAncestorContainer);
    chosen = isHere ? placeOf(text, range) : null;
    bar.hidden = !chosen || chosen[1] - chosen[0] > LONGEST;
    if (!bar.hidden) shown.textContent = words(text, ...chosen);
  }
  let waiting;
  document.addEventListener("selectionchange", () => {
    // The button takes the focus from the text, and some browsers the selection with it.
    if (bar.contains(document.activeElement)) return;
    clearTimeout(waiting);
    waiting = setTimeout(look, SETTLED_MS);
  });
  // A press must not take the selection away before its click uses it.
  bar.addEventListener("pointerdown", (event) => event.preventDefault());
  root.after(bar);
}

// The notes of this page that stand in the text, each with its range.
function notesIn(text) {
  return [...document.querySelectorAll(".comment [data-passage]")].flatMap((quote) => {
    const [from, to] = quote.dataset.passage.split(" ").map(Number);
    const range = rangeOf(text, from, to);
    const comment = quote.closest(".comment");
    return range ? [{ quote, comment, range, from, to }] : [];
  });
}

function paint(name, ranges) {
  globalThis.CSS?.highlights?.set(name, new Highlight(...ranges));
}

function showInText({ range }) {
  paint("chosen-note", [range]);
  const start = range.startContainer;
  const place = start.nodeType === Node.ELEMENT_NODE ? start : start.parentElement;
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
  place.scrollIntoView({ block: "center" });
}

function goTo({ comment, range }) {
  paint("chosen-note", [range]);
  comment.tabIndex = -1;
  location.hash = comment.id;
  comment.focus({ preventScroll: true });
}

// After each block a line with its notes, and a button that the keyboard finds.
function lines(root, text, notes) {
  for (const [block, [from, to]] of placesOfBlocks(root, text)) {
    const line = element("p", { className: "notes-here" });
    line.dataset.aside = "";
    for (const note of notes.filter((one) => one.from < to && one.to > from && one.from >= from)) {
      const who = note.comment.querySelector(".person").textContent;
      const link = element("a", { href: `#${note.comment.id}` }, root.dataset.noteBy.replace("{name}", who));
      link.addEventListener("click", (event) => {
        event.preventDefault();
        goTo(note);
      });
      line.append(link);
    }
    if (to - from <= LONGEST) {
      line.append(button(root.dataset.here, "plain", () => write(root, text, [from, to])));
    }
    if (line.childNodes.length) block.after(line);
  }
}

function noteAt(notes, x, y) {
  const at = document.caretPositionFromPoint?.(x, y);
  const range = at ? null : document.caretRangeFromPoint?.(x, y);
  const [node, offset] = at ? [at.offsetNode, at.offset] : [range?.startContainer, range?.startOffset];
  return node && notes.find((note) => note.range.isPointInRange(node, offset));
}

function improve(root) {
  const text = reading(root);
  const notes = notesIn(text);
  offerSelection(root, text);
  paint("notes", notes.map(({ range }) => range));
  lines(root, text, notes);
  for (const note of notes) {
    const show = button(root.dataset.show, "plain passage__go", () => showInText(note));
    note.quote.after(show);
  }
  root.addEventListener("click", (event) => {
    if (event.target.closest("a, button, summary") || !getSelection().isCollapsed) return;
    const note = noteAt(notes, event.clientX, event.clientY);
    if (note) goTo(note);
  });
}

const note = document.querySelector("[data-notes]");
if (note) improve(note);
