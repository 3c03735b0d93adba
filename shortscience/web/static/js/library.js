// Library: a paper is saved and listed in place; a list is put in order by its buttons in place,
// or by dragging a number; the tags one uses are offered for each word that is typed.

async function send(form, fields, fragment) {
  const answer = await fetch(form.action, {
    method: "POST",
    body: fields,
    headers: { "X-Fragment": fragment },
  });
  if (!answer.ok || answer.redirected) throw new Error(`answered ${answer.status}`);
  return answer.text();
}

// What fails in place, the browser does by itself: it shows the page that says why.
function asEver(form, button) {
  form.dataset.failed = "yes";
  form.requestSubmit(button);
}

async function save(form, button) {
  const place = form.closest("[data-saving]");
  const html = await send(form, new FormData(form, button), "saving");
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-saving]");
  if (!fresh) throw new Error("no place in the answer");
  place.replaceWith(fresh);
  (fresh.querySelector("form button") ?? fresh).focus();
}

async function step(form, button) {
  const row = form.closest("[data-item]");
  const other = button.value === "up" ? row.previousElementSibling : row.nextElementSibling;
  // At the end of a page the next row is on another one.
  if (!other) return asEver(form, button);
  await send(form, new FormData(form, button), "arrange");
  if (button.value === "up") other.before(row);
  else other.after(row);
  arranged(row);
  button.focus();
}

async function drop(row, list) {
  const form = row.querySelector("[data-step]");
  const fields = new FormData(form);
  fields.set("do", "place");
  fields.set("behind", row.previousElementSibling?.dataset.item ?? list.dataset.above);
  await send(form, fields, "arrange");
  arranged(row);
}

// Numbers follow the order, and readers aloud hear the new one.
function arranged(row) {
  const rows = [...row.parentElement.children];
  const numbers = rows.map((one) => one.querySelector(".library__number"));
  const first = Math.min(...numbers.map((one) => Number(one.textContent)));
  numbers.forEach((one, at) => (one.textContent = first + at));
  const said = document.querySelector("[data-arranged]");
  said.textContent = `${said.dataset.arranged} ${first + rows.indexOf(row)}.`;
}

document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  const saves = form.closest("[data-saving]");
  const steps = form.matches("[data-step]") && ["up", "down"].includes(button?.value);
  if (!button || form.dataset.failed || !(saves || steps)) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  (saves ? save : step)(form, button)
    .catch(() => asEver(form, button))
    .finally(() => (form.ariaBusy = "false"));
});

for (const list of document.querySelectorAll("[data-arrange]")) {
  let dragged = null;
  let before = null;
  // Only the number is a handle: the rest of a row is text that one may want to select.
  list.addEventListener("pointerdown", ({ target }) => {
    const row = target.closest("[data-item]");
    if (row) row.draggable = target.closest(".library__number") !== null;
  });
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-item]");
    before = dragged?.nextElementSibling;
    if (!dragged) return;
    dragged.dataset.dragged = "yes";
    event.dataTransfer.effectAllowed = "move";
  });
  list.addEventListener("dragover", (event) => {
    const row = event.target.closest?.("[data-item]");
    if (!dragged || !row || row === dragged) return;
    event.preventDefault();
    const { top, height } = row.getBoundingClientRect();
    if (event.clientY < top + height / 2) row.before(dragged);
    else row.after(dragged);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => {
    const row = dragged;
    if (!row) return;
    delete row.dataset.dragged;
    row.draggable = false;
    dragged = null;
    if (row.nextElementSibling !== before) drop(row, list).catch(() => location.reload());
  });
}

for (const input of document.querySelectorAll("[data-tags]")) {
  const offered = [...(input.list?.options ?? [])].map((option) => option.value);
  input.addEventListener("input", () => {
    const typed = input.value.slice(0, input.value.lastIndexOf(",") + 1);
    const words = new Set(typed.split(",").map((word) => word.trim()));
    const left = offered.filter((tag) => !words.has(tag));
    input.list?.replaceChildren(...left.map((tag) => new Option("", typed ? `${typed} ${tag}` : tag)));
  });
}
