/** The list of what waits: retry, save as a file, throw away by one's own word. */
import { drop, keep, sendAll, waiting } from "../offline.js";

const list = document.querySelector("[data-unsent-list]");
const empty = document.querySelector("[data-unsent-empty]");
const pattern = document.getElementById("unsent-row");
const words = document.querySelector("[data-words]").dataset;

function say(error) {
  return { network: words.waiting, "signed-out": words.signedOut }[error] ?? error ?? words.waiting;
}

function row(item) {
  const drawn = pattern.content.cloneNode(true);
  const find = (name) => drawn.querySelector(`[data-${name}]`);
  find("title").textContent = `${item.kind === "report" ? words.report : words.moveWords}: ${item.title}`;
  find("when").textContent = `${new Date(item.made).toLocaleString()} · ${words.photos.replace("{n}", item.files.length)}`;
  find("error").textContent = say(item.error);
  find("error").hidden = false;
  if (item.theirs) {
    find("both").textContent = `${words.theirs}: ${item.theirs.state_words} · ${words.mine}: ${item.title}`;
    find("both").hidden = false;
  }
  find("retry").addEventListener("click", async () => {
    // The person has seen both versions and wants the step all the same.
    if (item.theirs) await keep({ ...item, fields: { ...item.fields, base_version: item.theirs.version }, theirs: null });
    sendAll();
  });
  find("drop").addEventListener("click", ({ target }) => confirm(target.dataset.sure) && drop(item.id));
  return drawn;
}

async function show() {
  const items = await waiting();
  list.replaceChildren(...items.map(row));
  empty.hidden = items.length > 0;
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
  const items = await waiting();
  for (const item of items) for (const file of item.files) file.blob = await asText(file.blob);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(items, null, 2)], { type: "application/json" }));
  link.download = "wangge-unsent.json";
  link.click();
});
document.addEventListener("wangge:queue", show);
show();
