// The box on the help page that turns the keys on and off, in this browser.

const box = document.querySelector("[data-keys-switch]");
box.closest("[hidden]").hidden = false;
box.checked = localStorage.getItem("keys") !== "off";
box.addEventListener("change", () => {
  if (box.checked) localStorage.removeItem("keys");
  else localStorage.setItem("keys", "off");
});
