// Tab and Enter as people expect them in a text: Tab indents, Shift+Tab takes it back, Enter goes on
// with a list. Nobody is caught: Tab passes by until something was typed here, and after Escape.
import { chosenLines, replace, type } from "./typing.js";

const ITEM = /^(\s*(?:> ?)*)([-*+]|\d{1,9}[.)])( +)(\[[ xX]\] )?/;
const INDENT = "  ";

// Under "10. " the next level begins at its words.
const indentOf = (line) => " ".repeat(line.match(ITEM)?.[2].length + 1 || INDENT.length);

function indent(text) {
  const { selectionStart: from, selectionEnd: to, value } = text;
  const { start, end, lines } = chosenLines(text);
  if (from === to && !ITEM.test(lines[0])) {
    return type(text, INDENT.slice((from - start) % INDENT.length));
  }
  const by = lines.map((line) => (line.trim() ? indentOf(line) : ""));
  const words = lines.map((line, nth) => by[nth] + line).join("\n");
  const added = words.length - (end - start);
  if (from === to) return replace(text, start, end, words, from + added);
  replace(text, start, end, words, Math.min(from, start), Math.max(to, end) + added - (to > end ? to - end : 0));
}

// Returns whether there was something to take back.
function outdent(text) {
  const { selectionStart: from, selectionEnd: to } = text;
  const { start, end, lines } = chosenLines(text);
  const shorter = lines.map((line) => line.replace(/^ {1,2}(?! *\d+[.)])|^ {1,3}|^\t/, ""));
  const words = shorter.join("\n");
  if (words === lines.join("\n")) return false;
  const first = Math.max(start, from - (lines[0].length - shorter[0].length));
  const last = Math.max(first, to - (end - start - words.length));
  replace(text, start, end, words, from === to ? first : start, from === to ? first : last);
  return true;
}

// Returns whether the line was one of a list.
function goOn(text) {
  const { selectionStart: from, selectionEnd: to, value } = text;
  const start = value.lastIndexOf("\n", from - 1) + 1;
  const line = value.slice(start, value.indexOf("\n", from) < 0 ? value.length : value.indexOf("\n", from));
  const item = line.match(ITEM);
  if (from !== to || !item || from < start + item[0].length) return false;
  // Enter in an empty item ends the list.
  if (!line.slice(item[0].length).trim()) {
    replace(text, start, start + line.length, item[1]);
    return true;
  }
  const sign = /\d/.test(item[2]) ? `${Number.parseInt(item[2]) + 1}${item[2].at(-1)}` : item[2];
  type(text, `\n${item[1]}${sign}${item[3]}${item[4] ? "[ ] " : ""}`);
  return true;
}

export function tabKey(text) {
  let passes = true;
  const hint = document.getElementById(`${text.id}_keys`);
  if (hint) {
    hint.hidden = false;
    text.setAttribute("aria-describedby", [text.getAttribute("aria-describedby"), hint.id].filter(Boolean).join(" "));
  }
  text.addEventListener("focus", () => (passes = true));
  text.addEventListener("pointerdown", () => (passes = false));
  text.addEventListener("input", () => (passes = false));
  text.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") passes = true;
    else if (event.key === "Tab" && !passes) {
      if (!event.shiftKey) indent(text);
      else if (!outdent(text)) return;
      event.preventDefault();
    } else if (event.key === "Enter" && !event.shiftKey && goOn(text)) event.preventDefault();
  });
}
