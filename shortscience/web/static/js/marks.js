// What there is to look at, beside its line: a sign before each line with a formula that cannot be
// shown and the reason at its end. The list under the text says the same to those who cannot see it.

export function marks(text, mirror) {
  const field = text.parentElement;
  const layer = document.createElement("div");
  layer.className = "editor__marks";
  layer.ariaHidden = "true";
  field.append(layer);

  function draw() {
    const found = [...text.form.querySelectorAll("[data-part=findings] [data-mark]")];
    if (!found.length) return layer.replaceChildren();
    const tops = mirror.tops();
    const here = text.value.slice(0, text.selectionStart).split("\n").length;
    layer.replaceChildren(
      ...found.map((one) => {
        const line = Number(one.dataset.mark);
        const mark = document.createElement("span");
        mark.className = "editor__mark";
        mark.style.top = `${tops[line - 1] ?? 0}px`;
        // Nothing covers the words that are being typed.
        if (line !== here || document.activeElement !== text) {
          mark.append(one.querySelector("[data-reason]").textContent);
        }
        return mark;
      }),
    );
    move();
  }
  const move = () => (layer.style.transform = `translateY(${-text.scrollTop}px)`);

  text.form.addEventListener("previewed", draw);
  text.addEventListener("scroll", move, { passive: true });
  text.addEventListener("blur", draw);
  addEventListener("resize", draw);
  // A finding leads to its line.
  text.form.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    const lines = text.value.split("\n");
    const start = lines.slice(0, link.dataset.line - 1).join("\n").length + (link.dataset.line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[link.dataset.line - 1]?.length ?? 0));
    text.scrollTop = (mirror.tops()[link.dataset.line - 1] ?? 0) - text.clientHeight / 3;
  });
  draw();
}
