// Theme: changes the page at once; the server keeps the choice in a cookie.

export function improveTheme() {
  const form = document.querySelector("[data-theme-choice]");
  form?.addEventListener("submit", (event) => {
    const chosen = event.submitter;
    if (!chosen) return;
    event.preventDefault();
    const { value } = chosen;
    if (value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = value;
    for (const button of form.elements.theme) button.setAttribute("aria-pressed", button === chosen);
    // Not sent to the address in `next`: only the cookie of the answer matters here.
    fetch(form.action, { method: "POST", body: new FormData(form, chosen), redirect: "manual" })
      .catch(() => {}); // offline: the choice holds for this page
  });
}
