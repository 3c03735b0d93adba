// Where the lines and signs of a text box stand: a text box does not tell, so a copy of it, unseen
// and laid out the same way, is asked.

const ALIKE = ["font", "lineHeight", "letterSpacing", "tabSize", "paddingBlockStart", "paddingInline"];

export function mirrorOf(text) {
  const mirror = document.createElement("div");
  mirror.className = "editor__mirror";
  mirror.ariaHidden = "true";
  text.after(mirror);
  let drawn;

  function draw() {
    const key = `${text.clientWidth} ${text.value}`;
    if (key === drawn) return;
    drawn = key;
    const style = getComputedStyle(text);
    for (const name of ALIKE) mirror.style[name] = style[name];
    mirror.style.inlineSize = `${text.clientWidth}px`;
    mirror.replaceChildren(
      ...text.value.split("\n").map((line) => {
        const row = document.createElement("div");
        row.textContent = line || "\u200b";
        return row;
      }),
    );
  }

  return {
    // The height at which each line begins, in the text box's own scrolled pixels.
    tops() {
      draw();
      return [...mirror.children].map((row) => row.offsetTop);
    },
    // Where the sign number `at` of the text stands: {x, y, height}, also in scrolled pixels.
    place(at) {
      draw();
      const before = text.value.slice(0, at).split("\n");
      const row = mirror.children[before.length - 1];
      const range = document.createRange();
      range.setStart(row.firstChild, Math.min(before.at(-1).length, row.firstChild.length));
      range.collapse(true);
      const box = range.getClientRects()[0] ?? row.getBoundingClientRect();
      const origin = mirror.getBoundingClientRect();
      return { x: box.left - origin.left, y: box.top - origin.top, height: box.height };
    },
  };
}
