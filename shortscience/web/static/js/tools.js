// The editor's toolbar and its keys. A button says by `data-tool` what it does and by `data-key`
// which key does the same with Ctrl (or ⌘). Another script adds a tool with
// `tools.set("name", (text, button) => …)` and its button in `_editor_toolbar.html`.
import { chosen, chosenLines, insertBlock, replace } from "./typing.js";

export const tools = new Map([
  ["bold", (text) => around(text, "**")],
  ["italic", (text) => around(text, "*")],
  ["heading", (text) => before(text, () => "## ")],
  ["list", (text) => before(text, () => "- ")],
  ["numbers", (text) => before(text, (nth) => `${nth + 1}. `)],
  ["quote", (text) => before(text, () => "> ")],
  ["link", link],
  ["table", (text, { dataset }) => insertBlock(text, dataset.words, dataset.words.slice(2).split(" ")[0])],
  ["code", code],
  ["formula", formula],
  ["image", (text, { dataset }) => insertBlock(text, `![${dataset.words}](https://)`, dataset.words)],
  ["cite", (text) => replace(text, text.selectionStart, text.selectionEnd, `\\cite{${chosen(text)}`)],
]);

// Once more takes it away again.
function around(text, mark, end = mark) {
  const { selectionStart: from, selectionEnd: to, value } = text;
  const words = value.slice(from, to);
  const marked = value.slice(from - mark.length, from) === mark && value.slice(to, to + end.length) === end;
  // The one star of italic is not half of bold's two.
  const isOther = mark === "*" && value.slice(from - 2, from) === "**" && value.slice(from - 3, from) !== "***";
  if (marked && !isOther) {
    replace(text, from - mark.length, to + end.length, words, from - mark.length, to - mark.length);
  } else {
    replace(text, from, to, mark + words + end, from + mark.length, to + mark.length);
  }
}

function before(text, sign) {
  const { start, end, lines } = chosenLines(text);
  const plain = (line) => line.replace(/^\s*(?:[-*+] |\d+[.)] |> |#{1,6} )/, "");
  const signed = lines.map((line, nth) => sign(nth) + plain(line));
  const same = signed.join() === lines.join();
  const words = (same ? lines.map(plain) : signed).join("\n");
  replace(text, start, end, words, lines.length > 1 ? start : start + words.length, start + words.length);
}

function link(text) {
  const { selectionStart: from, selectionEnd: to } = text;
  const words = chosen(text);
  if (/^https?:\/\/\S+$/.test(words)) return replace(text, from, to, `[](${words})`, from + 1);
  const made = `[${words}](https://)`;
  replace(text, from, to, made, words ? from + made.length - 9 : from + 1, words ? from + made.length - 1 : from + 1);
}

function code(text) {
  if (!chosen(text).includes("\n")) return around(text, "`");
  const { start, end, lines } = chosenLines(text);
  replace(text, start, end, `\`\`\`\n${lines.join("\n")}\n\`\`\``, start + 3);
}

// On a line of its own a formula is a displayed one.
function formula(text) {
  const { start, end, lines } = chosenLines(text);
  if (!lines.join("").trim() && text.value.length > 0) return replace(text, start, end, "$$\n\n$$", start + 3);
  around(text, "$");
}

// Ctrl with `data-key`; ⌘ on a Mac.
function pressed(event, bar) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return null;
  const name = (event.shiftKey ? "shift+" : "") + (event.shiftKey ? event.code.replace("Digit", "") : event.key.toLowerCase());
  return bar.querySelector(`[data-key="${CSS.escape(name)}"]`);
}

// As ARIA's toolbar works: Tab stops at it once, arrows go from button to button.
function walk(bar) {
  const buttons = [...bar.querySelectorAll("button")];
  const stop = (here) => buttons.forEach((button) => (button.tabIndex = button === here ? 0 : -1));
  stop(buttons[0]);
  bar.addEventListener("focusin", (event) => stop(event.target));
  bar.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    buttons.at(to % buttons.length).focus();
    event.preventDefault();
  });
}

export function toolbar(bar, text) {
  const use = (button) => tools.get(button.dataset.tool)?.(text, button);
  bar.hidden = false;
  walk(bar);
  // Pressing must not take the selection away first.
  bar.addEventListener("mousedown", (event) => event.preventDefault());
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tool]");
    if (button) use(button);
  });
  text.addEventListener("keydown", (event) => {
    const button = pressed(event, bar);
    if (!button) return;
    event.preventDefault();
    use(button);
  });
}
