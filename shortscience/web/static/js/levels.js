// Level: who once chose summaries for experts gets them on the next paper too, where there are some.
// The choice is in the address, so the pages stay the same for all; only this browser remembers it.

const KEY = "level";
const links = document.querySelector("[data-levels]").querySelectorAll("a");
const remembered = localStorage.getItem(KEY);

for (const link of links) {
  link.addEventListener("click", () => {
    if (link.dataset.level) localStorage.setItem(KEY, link.dataset.level);
    else localStorage.removeItem(KEY);
  });
}
// Whoever follows a link to a certain text, or asked for something else, gets that.
if (remembered && !location.search && !location.hash) {
  const wanted = [...links].find((link) => link.dataset.level === remembered);
  if (wanted) location.replace(wanted.href.split("#")[0]);
}
