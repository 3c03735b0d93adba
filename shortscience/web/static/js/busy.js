// Busy: a form that asks other sites says so on its button, and is sent once.

for (const form of document.querySelectorAll("[data-busy]")) {
  const button = form.querySelector("button");
  const label = [...button.childNodes];
  form.addEventListener("submit", () => {
    button.replaceChildren(form.dataset.busy);
    button.disabled = true;
    form.querySelector("output")?.replaceChildren(form.dataset.busy);
  });
  // Who comes back by the browser's button finds the page as it was.
  addEventListener("pageshow", () => {
    button.replaceChildren(...label);
    button.disabled = false;
    form.querySelector("output")?.replaceChildren();
  });
}
