// Select: one click into a box that is there to be copied marks all of it.

for (const box of document.querySelectorAll("[data-select]")) box.addEventListener("focus", () => box.select());
