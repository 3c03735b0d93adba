// "Propose a claim": takes along the words of the summary that are chosen.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-propose]");
  const words = document.getSelection()?.toString().trim();
  const chosen = document.getSelection()?.anchorNode?.parentElement?.closest(".summary");
  if (!link || !words || chosen !== link.closest(".summary")) return;
  const url = new URL(link.href);
  url.searchParams.set("statement", words.slice(0, 600));
  link.href = url;
});
