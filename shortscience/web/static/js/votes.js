// Votes: the form is sent in place, and the answer's state is copied onto the one we see.
// The server answers with the votes partial or with a whole page that contains it; both are
// parsed, never inserted, and only text and three attributes are taken from them.

const COPIED = ["value", "aria-pressed", "disabled"];

async function vote(form, button) {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new FormData(form, button),
    headers: { "X-Fragment": "votes" },
  });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const path = new URL(form.action).pathname;
  const fresh = [...page.querySelectorAll("[data-votes]")].find((one) => one.getAttribute("action") === path);
  if (answer.ok && fresh) return show(form, fresh);
  if (answer.redirected) throw new Error("sent elsewhere, to sign in");
  const said = page.querySelector(".notice");
  if (!said) throw new Error(`no votes in the answer ${answer.status}`);
  tell(form, said.textContent.trim());
}

function show(form, fresh) {
  form.querySelector("output").textContent = fresh.querySelector("output").textContent;
  const buttons = fresh.querySelectorAll("button");
  form.querySelectorAll("button").forEach((button, at) => {
    for (const name of COPIED) {
      const given = buttons[at].getAttribute(name);
      if (given === null) button.removeAttribute(name);
      else button.setAttribute(name, given);
    }
  });
}

// A refusal is a sentence of the server; it goes where messages stand, and is read aloud.
function tell(form, sentence) {
  const notice = document.createElement("div");
  notice.className = "notice";
  notice.setAttribute("role", "status");
  notice.textContent = sentence;
  form.parentElement.prepend(notice);
  notice.scrollIntoView({ block: "nearest" });
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-votes]");
  if (!form || !event.submitter || form.dataset.failed) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  vote(form, event.submitter)
    .catch(() => {
      // Signed out meanwhile, offline, or an answer we do not know: let the browser do it.
      form.dataset.failed = "yes";
      form.requestSubmit(event.submitter);
    })
    .finally(() => (form.ariaBusy = "false"));
});
