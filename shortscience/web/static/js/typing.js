// Typing into a text box for its writer: by the browser's own command, so that undo takes it back.

export function type(text, words) {
  text.focus();
  const typed = words ? document.execCommand("insertText", false, words) : document.execCommand("delete");
  if (!typed) text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

// Put `words` in place of what stands from `start` to `end`, then choose from `first` to `last`.
export function replace(text, start, end, words, first = start + words.length, last = first) {
  text.focus();
  text.setSelectionRange(start, end);
  if (start !== end || words) type(text, words);
  text.setSelectionRange(first, last);
}

export function chosen(text) {
  return text.value.slice(text.selectionStart, text.selectionEnd);
}

// The whole lines that the selection touches: {start, end, lines}.
export function chosenLines(text) {
  const { value, selectionStart, selectionEnd } = text;
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  // A selection that ends at the beginning of a line does not mean that line.
  const last = selectionEnd > selectionStart && value[selectionEnd - 1] === "\n" ? selectionEnd - 1 : selectionEnd;
  const stop = value.indexOf("\n", last);
  const end = stop < 0 ? value.length : stop;
  return { start, end, lines: value.slice(start, end).split("\n") };
}

// Put `block` on lines of its own, with an empty line around it; choose `part` of it.
export function insertBlock(text, block, part = "") {
  const { value, selectionStart: from, selectionEnd: to } = text;
  const before = value.slice(0, from);
  const lead = !before.trim() ? "" : before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const trail = value.slice(to).startsWith("\n") || to === value.length ? "" : "\n\n";
  const at = from + lead.length + Math.max(block.indexOf(part), 0);
  replace(text, from, to, lead + block + trail, at, at + part.length);
}
