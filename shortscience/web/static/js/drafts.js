// Drafts: what somebody types stays in this browser until the site says that it is published.
// Keys carry the reader's name, and signing out forgets them all: browsers are shared.

const PREFIX = "draft:";
const KEPT_FOR_MS = 30 * 24 * 3600 * 1000;

export const draftKey = (owner) => `${PREFIX}${owner}:${location.pathname}`;

export function readDraft(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null; // storage is off, or holds something that is not ours
  }
}

// False when the browser keeps nothing (private window, full): then nothing is promised either.
export function keepDraft(key, draft) {
  try {
    localStorage.setItem(key, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function forgetDraft(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // nothing was kept
  }
}

function ours() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

// A form that was sent marks its draft; only the server's "published" removes it. An expired
// session or a broken page in between therefore costs nothing.
export function forgetSentDrafts() {
  const published = document.querySelector('[data-tags~="published"]');
  for (const key of ours()) {
    const draft = readDraft(key);
    if (!draft || Date.now() - draft.at > KEPT_FOR_MS || (published && draft.sent)) forgetDraft(key);
  }
  for (const form of document.querySelectorAll("[data-forget-drafts]")) {
    form.addEventListener("submit", () => ours().forEach(forgetDraft));
  }
}
