// The toolbar's "claim": marks what is chosen, under the first id that the text does not have.
import { tools } from "./tools.js";
import { chosen, replace } from "./typing.js";

const MARK = /::claim\{[^{}]*?(?:\bid\s*=\s*["'“]?|#|(?<=\{))([a-z][\w-]*)/gi;

tools.set("claim", (text) => {
  const { selectionStart: from, selectionEnd: to, value } = text;
  const taken = new Set([...value.matchAll(MARK)].map(([, id]) => id.toLowerCase()));
  let number = 1;
  while (taken.has(`c${number}`)) number += 1;
  const opening = `::claim{id=c${number} metric="`;
  const words = chosen(text).trim();
  const made = `${opening}" value="" unit=""}${words}::`;
  // With words the metric is next; without, the words.
  replace(text, from, to, made, from + (words ? opening.length : made.length - 2));
});
