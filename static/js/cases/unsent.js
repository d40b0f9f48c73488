/** The list of what waits: retry, settle, save as a file, throw away by one's own word; below it what was sent from here. */
import { account, drop, sendAll, waiting } from "../offline.js";
import { canInsist, keepMine, keepTheirs } from "../queue/conflict.js";
import { arrived } from "../queue/store.js";
import { tell } from "../requests.js";

const list = document.querySelector("[data-unsent-list]");
const empty = document.querySelector("[data-unsent-empty]");
const others = document.querySelector("[data-others]");
const pattern = document.getElementById("unsent-row");
const words = document.querySelector("[data-words-of-list]").dataset;
const moment = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
const at = (words) => moment.format(new Date(words));

function say(error) {
  const known = { network: words.waiting, "signed-out": words.signedOut, before: words.before };
  return known[error] ?? error ?? (navigator.onLine ? words.sending : words.waiting);
}

/** Both versions side by side, and the two ways out. */
function showBoth(item, find) {
  const [last] = item.theirs.last ?? [];
  find("theirs").textContent = item.theirs.state_words;
  find("theirs-last").textContent = last ? [last.who, last.words, at(last.at)].filter(Boolean).join(" · ") : "";
  find("theirs-note").textContent = last?.note ?? "";
  find("look").href = item.theirs.url;
  find("mine").textContent = item.title;
  find("mine-when").textContent = at(item.made);
  find("mine-note").textContent = item.fields.note ?? "";
  find("both").hidden = find("keep-theirs").hidden = false;
  find("retry").hidden = find("drop").hidden = find("said").hidden = true;
  find("keep-mine").hidden = !canInsist(item);
  find("closed").hidden = canInsist(item);
  find("keep-mine").addEventListener("click", () => keepMine(item));
  find("keep-theirs").addEventListener("click", async () => (await keepTheirs(item)) || tell(words.unsettled));
}

function row(item) {
  const drawn = pattern.content.cloneNode(true);
  // Found once, since the row is taken out of the pattern before anybody presses anything in it.
  const parts = new Map();
  const find = (name) => parts.get(name) ?? parts.set(name, drawn.querySelector(`[data-${name}]`)).get(name);
  const files = item.files.length ? words.photos.replace("{n}", item.files.length) : null;
  const said = item.fields.note ?? item.fields.words ?? "";
  find("title").textContent = `${item.kind === "report" ? words.report : words.moveWords} · ${item.title}`;
  find("when").textContent = [at(item.made), files].filter(Boolean).join(" · ");
  find("said").textContent = said;
  find("said").hidden = !said;
  find("error").textContent = say(item.error);
  find("error").classList.toggle("waits", !item.status);
  find("arrived").hidden = !item.arrived;
  // What the server refuses for its own sake is not helped by sending it again.
  if (item.status && item.kind === "report" && !item.arrived) {
    find("edit").href = `/cases/new?unsent=${encodeURIComponent(item.id)}`;
    find("edit").hidden = false;
  }
  if (item.status && item.kind === "move" && !item.theirs) {
    find("case").href = item.thing.replace("/points/", "/");
    find("case").hidden = !item.thing.startsWith("/cases/");
  }
  if (item.theirs) showBoth(item, find);
  find("retry").addEventListener("click", sendAll);
  find("drop").addEventListener("click", ({ target }) => confirm(target.dataset.sure) && drop(item, "thrown"));
  return drawn;
}

const HOW = { sent: words.howSent, theirs: words.howTheirs, thrown: words.howThrown };

function sentRow(line) {
  const drawn = document.getElementById("sent-row").content.cloneNode(true);
  const find = (name) => drawn.querySelector(`[data-${name}]`);
  // The title of a step names its case already.
  const named = !line.number || line.title.includes(line.number);
  find("title").textContent = named ? line.title : `${line.number} · ${line.title}`;
  find("how").textContent = HOW[line.how];
  find("when").textContent = at(line.at);
  find("look").hidden = !line.url;
  if (line.url) find("look").href = line.url;
  return drawn;
}

const sentFromHere = async () => (await arrived()).filter((line) => line.account === account);

async function show() {
  const all = await waiting();
  const mine = all.filter((item) => item.account === account);
  list.replaceChildren(...mine.map(row));
  empty.hidden = mine.length > 0;
  for (const button of document.querySelectorAll("[data-send-all], [data-export]")) button.disabled = !mine.length;
  others.hidden = mine.length === all.length;
  others.textContent = others.dataset.words.replace("{n}", all.length - mine.length);
  const sent = await sentFromHere();
  document.querySelector("[data-sent-list]").replaceChildren(...sent.slice(0, 50).map(sentRow));
  document.querySelector("[data-sent-list]").hidden = !sent.length;
  document.querySelector("[data-sent-empty]").hidden = sent.length > 0;
  document.querySelector("[data-export-sent]").disabled = !sent.length;
}

function asText(blob) {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => done(reader.result));
    reader.readAsDataURL(blob);
  });
}

function save(name, rows) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(rows, null, 2)], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

document.querySelector("[data-send-all]").addEventListener("click", sendAll);
document.querySelector("[data-export]").addEventListener("click", async () => {
  const items = (await waiting()).filter((item) => item.account === account);
  for (const item of items) for (const file of item.files) file.blob = await asText(file.blob);
  save("wangge-unsent.json", items);
});
document.querySelector("[data-export-sent]").addEventListener("click", async () => save("wangge-sent.json", await sentFromHere()));
document.addEventListener("wangge:queue", show);
show();
