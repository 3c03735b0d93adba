// Drafting: what is typed stays in this browser at once, and goes to the server when typing
// pauses. The copy here goes only when the server has the same words. Nothing is published by it.
import { draftKey, forgetDraft, keepDraft, readDraft } from "./drafts.js";

const KEEP_AFTER_MS = 400;
const SEND_AFTER_MS = 1500;
// Of a site that does not answer, or asks us to wait without saying how long.
const TRY_AGAIN_AFTER_MS = [5_000, 15_000, 60_000];
// Publishing waits for a draft that is on its way, or the draft could arrive after it.
const WAIT_FOR_DRAFT_MS = 3_000;

export function drafting(text, shown) {
  const form = text.form;
  const key = draftKey(text.dataset.draft);
  const state = form.querySelector("[data-draft-state]");
  const { base_version: base, draft_version: drafted, editor } = form.elements;
  // Beside another text nothing is saved but by a button: it would replace that text.
  const besideAnother = document.getElementById("stored-text") !== null;
  // What the page came with. Scripts arrive after the page, and people type at once; but what a
  // browser puts back after "back" or a reload was not typed now.
  const given = read({ asSent: performance.getEntriesByType("navigation")[0]?.type === "navigate" });
  const isUnsaved = "unsaved" in text.dataset; // the server refused it and sent it back
  let stored = isUnsaved ? null : given; // what the server has
  let stopped = besideAnother;
  let submitted = false;
  let sending = null;
  let failed = 0;
  let timer;

  // Every box, choice and line beside the text: who comes back must not publish under a name
  // what was meant to be anonymous.
  function choices() {
    return [...form.elements].filter(
      // Images are sent by themselves, not as a part of the draft.
      (one) => one.name && one !== text && !one.closest("[data-images]") && !["hidden", "submit", "button"].includes(one.type),
    );
  }
  function read({ asSent = false } = {}) {
    const value = asSent ? "defaultValue" : "value";
    const checked = asSent ? "defaultChecked" : "checked";
    const fields = {};
    for (const one of choices()) {
      if (one.type === "checkbox") fields[one.name] = one[checked];
      else if (one.type !== "radio") fields[one.name] = one[value] ?? one.value;
      else if (one[checked]) fields[one.name] = one.value;
    }
    return { text: text[value], fields };
  }
  function put(draft) {
    text.value = draft.text;
    for (const one of choices()) {
      const value = draft.fields?.[one.name];
      if (value === undefined) continue;
      if (one.type === "checkbox") one.checked = value;
      else if (one.type === "radio") one.checked = one.value === value;
      else one.value = value;
    }
    shown?.();
  }
  const same = (a, b) => a?.text === b?.text && JSON.stringify(a?.fields) === JSON.stringify(b?.fields);
  const tell = (what) => {
    if (!state) return;
    state.textContent = state.dataset[what] ?? what;
    state.hidden = false;
  };

  function keep({ saved = false, sent = false } = {}) {
    const now = read();
    if (same(now, given) && !sent && !isUnsaved) return forgetDraft(key);
    const record = { ...now, base: base.value, editor: editor.value, at: Date.now(), saved, sent };
    const isKept = keepDraft(key, record);
    if (isKept && !saved && !failed) tell("kept");
  }

  // --- what this browser kept -----------------------------------------------------------------

  function opened() {
    const kept = readDraft(key);
    if (isUnsaved) {
      keep();
      return later(SEND_AFTER_MS);
    }
    if (!kept || kept.saved || !kept.text?.trim() || kept.text === text.value) {
      forgetDraft(key);
      if (!same(read(), given)) changed();
      return;
    }
    const continued = drafted.value ? kept.editor === text.dataset.draftBy : kept.base === base.value;
    if (continued) {
      put(kept);
      const notice = say("[data-draft-restored]", kept.at);
      notice?.querySelector("[data-discard]").addEventListener("click", () => {
        put(given);
        forgetDraft(key);
        notice.remove();
        text.focus();
      });
      return;
    }
    // The server has something else since: which is right, only its writer knows.
    stopped = true;
    const notice = say("[data-draft-kept]", kept.at);
    notice?.querySelector("[data-discard]").addEventListener("click", () => {
      forgetDraft(key);
      stopped = besideAnother;
      notice.remove();
      text.focus();
    });
    notice?.querySelector("[data-show-both]").addEventListener("click", () => {
      put(kept);
      if (base.value) base.value = kept.base;
      drafted.value = "";
      editor.value = kept.editor ?? "";
      showBoth();
    });
  }

  function say(which, at) {
    const notice = document.querySelector(which)?.content.cloneNode(true).firstElementChild;
    if (!notice) return null;
    const time = notice.querySelector("time");
    if (time) {
      time.dateTime = new Date(at).toISOString();
      localTime(time);
    }
    document.getElementById("messages").append(notice);
    return notice;
  }

  function showBoth() {
    const button = document.createElement("button");
    Object.assign(button, { name: "compare", value: "1", hidden: true });
    form.append(button);
    form.requestSubmit(button);
  }

  // --- to the server --------------------------------------------------------------------------

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(send, wait);
  }
  function again(seconds) {
    const wait = TRY_AGAIN_AFTER_MS[Math.min(failed, TRY_AGAIN_AFTER_MS.length - 1)];
    failed += 1;
    tell("waiting");
    later(seconds > 0 ? seconds * 1000 : wait);
  }

  function send() {
    const now = read();
    if (stopped || submitted || sending || !now.text.trim() || same(now, stored)) return;
    clearTimeout(timer);
    sending = deliver(now).finally(() => {
      sending = null;
      if (!failed && !same(read(), now)) later(SEND_AFTER_MS);
    });
  }

  function post() {
    const body = new URLSearchParams(new FormData(form));
    body.set("draft", "1");
    // `keepalive` lets it arrive when the tab is closed; browsers take 64 KB that way.
    const keepalive = document.visibilityState === "hidden" && body.toString().length < 60_000;
    return fetch(location.pathname, {
      method: "POST",
      body,
      keepalive,
      headers: { "X-Requested-With": "fetch" },
    });
  }

  async function deliver(now) {
    try {
      let answer = await post();
      if (answer.status === 403 && (await newToken())) answer = await post();
      if (answer.status === 204) {
        stored = now;
        failed = 0;
        tell("saved");
        if (same(read(), now)) keep({ saved: true });
      } else if (answer.status === 409) {
        stopped = true;
        tell("kept");
        say("[data-draft-newer]", Date.now())?.querySelector("button").addEventListener("click", showBoth);
      } else if (answer.status === 403) {
        failed += 1;
        tell("signedOut");
      } else if (answer.status === 429 || answer.status >= 500) {
        again(Number(answer.headers.get("Retry-After")));
      } else {
        tell(await answer.text()); // a rule, in a sentence
      }
    } catch {
      again(0); // offline, or the site is down
    }
  }

  // Who signed in again in another tab has a new token; who is another person must not get this.
  async function newToken() {
    const page = new DOMParser().parseFromString(await (await fetch(location.pathname)).text(), "text/html");
    if (page.querySelector("[data-draft]")?.dataset.draft !== text.dataset.draft) return false;
    const token = page.querySelector("#editor [name=csrfmiddlewaretoken]");
    if (token) form.elements.csrfmiddlewaretoken.value = token.value;
    return token !== null;
  }

  let keeping;
  function changed() {
    clearTimeout(keeping);
    keeping = setTimeout(keep, KEEP_AFTER_MS);
    later(failed ? TRY_AGAIN_AFTER_MS[0] : SEND_AFTER_MS);
  }
  function leave() {
    if (submitted || same(read(), stored)) return;
    clearTimeout(keeping);
    keep();
    send();
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  addEventListener("online", send);
  addEventListener("pagehide", leave);
  addEventListener("pageshow", () => (submitted = false));
  document.addEventListener("visibilitychange", () =>
    document.visibilityState === "hidden" ? leave() : failed && send(),
  );
  form.addEventListener("submit", (event) => {
    clearTimeout(keeping);
    // The button without a name publishes. Only then may a "published" remove this copy.
    keep({ sent: !event.submitter?.name });
    if (sending) {
      event.preventDefault();
      const patience = new Promise((done) => setTimeout(done, WAIT_FOR_DRAFT_MS));
      Promise.race([sending, patience]).then(() => {
        sending = null;
        form.requestSubmit(event.submitter);
      });
      return;
    }
    submitted = true;
    clearTimeout(timer);
  });
  opened();
}

export function localTime(time) {
  const when = new Date(time.dateTime);
  const format = { dateStyle: "medium", timeStyle: "short" };
  time.textContent = when.toLocaleString(document.documentElement.lang, format);
}
