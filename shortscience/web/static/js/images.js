// Images in the editor: pasted, dropped or chosen, they are sent at once and put where one types.
// What they show is asked for below, and goes into the text while it is typed.
import { tools } from "./tools.js";
import { insertBlock } from "./typing.js";

const SCAN_AFTER_MS = 500;
const box = document.querySelector("[data-images]");
const form = box.closest("form");
const text = form.elements.text;
const state = box.querySelector("[data-image-state]");
const wrong = box.querySelector("#image-wrong");
const file = form.elements.image_file;
const address = form.elements.image_address;

// As `lib/markup/foreign.py` knows them.
const MARKED = /!\[[^[\]]*\]\(\s*<?(https?:\/\/[^\s<>()]+(?:\([^\s<>()]*\)[^\s<>()]*)*)/gi;
const ALONE = /^ {0,3}(https?:\/\/[^\s<>]+) *$/gim;
const isPicture = (link) => /\.(png|jpe?g|gif|webp|svg|avif)$/i.test(link.split(/[?#]/)[0]);

function tell(words) {
  state.textContent = words;
  state.hidden = !words;
}
function refuse(sentence) {
  wrong.textContent = sentence;
  wrong.hidden = !sentence;
  if (sentence) {
    tell("");
    box.open = true;
    wrong.scrollIntoView({ block: "nearest" });
  }
}

// --- sending ----------------------------------------------------------------------------------

// XMLHttpRequest, because `fetch` does not say how much has been sent.
function send(name, value, label) {
  refuse("");
  box.open = true;
  tell(`${box.dataset.sending} ${label}`);
  state.scrollIntoView({ block: "nearest" });
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.append(name, value);
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    const failed = (sentence) => {
      refuse(sentence);
      done(null);
    };
    request.open("POST", box.dataset.images);
    request.setRequestHeader("X-Requested-With", "fetch");
    request.responseType = "text";
    request.upload.onprogress = ({ loaded, total }) => {
      const part = total ? Math.floor((100 * loaded) / total) : 0;
      tell(part < 100 ? `${box.dataset.sending} ${label}: ${part} %` : box.dataset.checking);
    };
    request.onload = () => {
      if (request.status === 201) return done(JSON.parse(request.responseText).address);
      const isSentence = request.getResponseHeader("Content-Type")?.startsWith("text/plain");
      failed(isSentence ? request.responseText : box.dataset.offline);
    };
    request.onerror = () => failed(box.dataset.offline);
    request.send(body);
  });
}

// One after the other: they stand in the text in the order in which they were given.
let line = Promise.resolve();
function take(files) {
  for (const one of files) {
    line = line.then(async () => {
      if (one.size > Number(box.dataset.most)) return refuse(box.dataset.tooBig);
      const sent = await send("image_file", one, one.name);
      if (!sent) return;
      put(sent);
      tell(box.dataset.added);
      describe(sent);
    });
  }
}

// --- in the text ------------------------------------------------------------------------------

function changed() {
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

// The next one goes below it.
function put(sent) {
  const mark = `![](${sent})`;
  insertBlock(text, mark);
  const end = text.selectionStart + mark.length;
  text.setSelectionRange(end, end);
}

function rewrite(sent, alt, caption) {
  const clean = (words) => words.replace(/[[\]\\"<>`]/g, " ").replace(/\s+/g, " ").trim();
  const mark = new RegExp(`!\\[[^[\\]]*\\]\\(${sent.replaceAll(".", "\\.")}(?: "[^"]*")?\\)`);
  const found = mark.exec(text.value);
  if (!found) return;
  const said = clean(caption) ? ` "${clean(caption)}"` : "";
  const words = `![${clean(alt)}](${sent}${said})`;
  text.setRangeText(words, found.index, found.index + found[0].length, "preserve");
  changed();
}

function describe(sent) {
  const row = box.querySelector("[data-image-described]").content.cloneNode(true).firstElementChild;
  const [alt, caption] = row.querySelectorAll("input");
  row.querySelector("img").src = sent;
  row.addEventListener("input", (event) => {
    event.stopPropagation();
    rewrite(sent, alt.value, caption.value);
  });
  // Enter here would publish.
  row.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  box.querySelector("[data-images-here]").append(row);
  alt.focus();
}

// --- images of other sites --------------------------------------------------------------------

const foreign = box.querySelector("[data-foreign-images]");
let shown = null;

function scan() {
  const alone = [...text.value.matchAll(ALONE)].filter((one) => isPicture(one[1]));
  const all = [...new Set([...text.value.matchAll(MARKED), ...alone].map((one) => one[1]))];
  if (all.join("\n") === shown) return;
  shown = all.join("\n");
  const row = foreign.querySelector("template").content;
  foreign.querySelector("ul").replaceChildren(...all.map((one) => {
    const item = row.cloneNode(true);
    item.querySelector("span").textContent = one;
    item.querySelector("button").addEventListener("click", () => copy(one));
    return item;
  }));
  foreign.hidden = all.length === 0;
}

async function copy(one) {
  const sent = await send("image_address", one, one);
  if (!sent) return;
  const before = text.value;
  text.value = before
    .replace(MARKED, (mark, link) => (link === one ? mark.replace(link, sent) : mark))
    .replace(ALONE, (mark, link) => (link === one && isPicture(link) ? `![](${sent})` : mark));
  if (text.value === before) put(sent);
  changed();
  tell(box.dataset.copied);
  describe(sent);
}

// --- what people do ---------------------------------------------------------------------------

const pictures = (given) => [...(given?.files ?? [])].filter((one) => one.type.startsWith("image/"));

text.addEventListener("paste", (event) => {
  const given = pictures(event.clipboardData);
  // A table from a spreadsheet comes as text and as a picture: the text is meant.
  if (!given.length || event.clipboardData.types.includes("text/plain")) return;
  event.preventDefault();
  take(given);
});
text.addEventListener("dragover", (event) => {
  if (event.dataTransfer.types.includes("Files")) event.preventDefault();
});
text.addEventListener("drop", (event) => {
  const given = [...event.dataTransfer.files];
  if (!given.length) return;
  event.preventDefault();
  take(given);
});
file.addEventListener("change", () => {
  take([...file.files]);
  file.value = "";
});
box.querySelector("[data-image-add]").addEventListener("click", (event) => {
  event.preventDefault();
  if (address.value.trim()) copy(address.value.trim()).then(() => (address.value = ""));
  else file.click();
});
let scanning;
text.addEventListener("input", () => {
  clearTimeout(scanning);
  scanning = setTimeout(scan, SCAN_AFTER_MS);
});

// Sent already, so neither a preview nor a draft carries them along.
file.removeAttribute("name");
address.removeAttribute("name");
file.multiple = true;
for (const one of box.querySelectorAll("[data-without-script]")) one.remove();
for (const one of box.querySelectorAll("[data-with-script]")) one.hidden = false;
tools.set("image", () => file.click());
scan();
