/** The list of what waits: retry, save as a file, throw away by one's own word. */
import { account, drop, keep, sendAll, waiting } from "../offline.js";

const list = document.querySelector("[data-unsent-list]");
const empty = document.querySelector("[data-unsent-empty]");
const others = document.querySelector("[data-others]");
const pattern = document.getElementById("unsent-row");
const words = document.querySelector("[data-words-of-list]").dataset;
const moment = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });

function say(error) {
  return { network: words.waiting, "signed-out": words.signedOut }[error] ?? error ?? (navigator.onLine ? words.sending : words.waiting);
}

function row(item) {
  const drawn = pattern.content.cloneNode(true);
  const find = (name) => drawn.querySelector(`[data-${name}]`);
  const retry = find("retry");
  const files = item.files.length ? words.photos.replace("{n}", item.files.length) : null;
  const said = item.fields.note ?? item.fields.words ?? "";
  find("title").textContent = `${item.kind === "report" ? words.report : words.moveWords} · ${item.title}`;
  find("when").textContent = [moment.format(new Date(item.made)), files].filter(Boolean).join(" · ");
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
    find("case").href = item.address.replace(/\/[^/]+$/, "");
    find("case").hidden = false;
  }
  if (item.theirs) {
    find("theirs").textContent = item.theirs.state_words;
    find("look").href = item.theirs.url;
    find("mine").textContent = item.title;
    find("both").hidden = false;
    retry.textContent = retry.dataset.anyway;
  }
  retry.addEventListener("click", async () => {
    // The person has seen both versions and wants the step all the same.
    if (item.theirs) await keep({ ...item, fields: { ...item.fields, base_version: item.theirs.version }, theirs: null, error: null, status: null });
    sendAll();
  });
  find("drop").addEventListener("click", ({ target }) => confirm(target.dataset.sure) && drop(item.id));
  return drawn;
}

async function show() {
  const all = await waiting();
  const mine = all.filter((item) => item.account === account);
  list.replaceChildren(...mine.map(row));
  empty.hidden = mine.length > 0;
  for (const button of document.querySelectorAll("[data-send-all], [data-export]")) button.disabled = !mine.length;
  others.hidden = mine.length === all.length;
  others.textContent = others.dataset.words.replace("{n}", all.length - mine.length);
}

function asText(blob) {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => done(reader.result));
    reader.readAsDataURL(blob);
  });
}

document.querySelector("[data-send-all]").addEventListener("click", sendAll);
document.querySelector("[data-export]").addEventListener("click", async () => {
  const items = (await waiting()).filter((item) => item.account === account);
  for (const item of items) for (const file of item.files) file.blob = await asText(file.blob);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(items, null, 2)], { type: "application/json" }));
  link.download = "wangge-unsent.json";
  link.click();
});
document.addEventListener("wangge:queue", show);
show();
