// Share: the system's own sheet where there is one, else the link is copied.
// The button is hidden until we know that one of the two is possible.

for (const button of document.querySelectorAll("[data-share]")) {
  const { share: url, title, done } = button.dataset;
  if (!navigator.share && !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      if (navigator.share) return await navigator.share({ url, title });
      await navigator.clipboard.writeText(url);
      button.textContent = done;
    } catch (refused) {
      if (refused.name !== "AbortError") location.assign(url);
    }
  });
}
