/**
 * What was done without a network waits here, in IndexedDB, until the server has said that it has it.
 *
 * An item is {id, account, kind: "report" | "move", address, fields, files: [{id, name, kind, blob, stage, sent}], made, title, tries,
 * error, status, faults, theirs, arrived, edition}: `status` and `faults` are those of a refusal, `theirs` the case as it stands where
 * somebody was faster, `arrived` says that the report is there and only files are missing, `edition` counts how often it was put right.
 * Several people may use one phone: each sees their own.
 * `id` is the client's own name of the deed: sent as `client_id`, it arrives once however often it is sent.
 * Nothing leaves the queue but by a success or by the person's own word. `wangge:queue` on `document` tells of changes.
 */
const STORE = "deeds";

/** Whose page this is. */
export const account = Number(document.body.dataset.account);

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((done, failed) => {
    const wish = indexedDB.open("wangge", 1);
    wish.onupgradeneeded = () => wish.result.createObjectStore(STORE, { keyPath: "id" });
    wish.onsuccess = () => done(wish.result);
    wish.onerror = () => failed(wish.error);
  });
}

async function run(mode, deed) {
  const database = await open();
  try {
    return await new Promise((done, failed) => {
      const deal = database.transaction(STORE, mode, { durability: "strict" });
      const wish = deed(deal.objectStore(STORE));
      deal.oncomplete = () => done(wish.result);
      deal.onerror = deal.onabort = () => failed(deal.error);
    });
  } finally {
    database.close();
  }
}

/** All that waits, oldest first. */
export async function waiting() {
  const items = await run("readonly", (store) => store.getAll());
  return items.sort((a, b) => a.made.localeCompare(b.made));
}

/** The deed is kept on this phone. */
export async function keep(item) {
  await run("readwrite", (store) => store.put(item));
  changed();
}

/** What came of a try is kept, unless the person threw the deed away or put it right meanwhile. */
async function note(item) {
  await run("readwrite", (store) => {
    const known = store.get(item.id);
    known.onsuccess = () => known.result && known.result.edition === item.edition && store.put(item);
    return known;
  });
  changed();
}

/** The deed is gone from this phone. */
export async function drop(id) {
  await run("readwrite", (store) => store.delete(id));
  changed();
}

async function changed() {
  const count = (await waiting()).filter((item) => item.account === account).length;
  for (const place of document.querySelectorAll("[data-offline-count]")) place.textContent = count;
  for (const box of document.querySelectorAll("[data-offline-box]")) box.hidden = count === 0;
  document.dispatchEvent(new CustomEvent("wangge:queue", { detail: { count } }));
}

/** A fresh token, and whose session this is; null when the server is out of reach. */
async function session() {
  try {
    const answer = await fetch("/session", { cache: "no-store" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

let sending = null;

/** Sends all that waits, one after the other; a deed that is refused stays and says why. */
export function sendAll() {
  sending ??= (navigator.locks ? navigator.locks.request("wangge-outbox", send) : send()).finally(() => (sending = null));
  return sending;
}

async function send() {
  const items = (await waiting()).filter((item) => item.account === account);
  if (!items.length) return;
  const now = await session();
  if (!now) return;
  for (const item of items) {
    if (item.account !== now.account) await note({ ...item, error: "signed-out", status: null });
    else if (!(await sendOne(item, now.csrf_token))) return;
  }
}

/** True when the next one may be tried: this one arrived, or was refused for its own sake. */
async function sendOne(item, token) {
  try {
    // The photo of a step is its evidence and goes first; a report must be there before its photos.
    const before = item.kind === "move" ? item.address.replace(/[^/]+$/, "media") : null;
    const stopped = before && (await sendFiles(item, before, token));
    if (stopped) return await refused(...stopped);
    const deed = await post(item.address, fieldsOf(item), token);
    const body = await deed.json().catch(() => ({}));
    if (!deed.ok) return await refused(item, deed.status, body);
    if (!before) item.arrived = true;
    const lost = !before && (await sendFiles(item, `/cases/${body.id}/media`, token));
    if (lost) return await refused(...lost);
    await drop(item.id);
    document.dispatchEvent(new CustomEvent("wangge:sent", { detail: { item, answer: body } }));
    return true;
  } catch {
    await note({ ...item, tries: item.tries + 1, error: "network", status: null });
    return false;
  }
}

/** Sends the files that have not arrived; answers what `refused` needs when one is turned away. */
async function sendFiles(item, address, token) {
  for (const file of item.files.filter((each) => !each.sent)) {
    const form = new FormData();
    form.append("client_id", file.id);
    form.append("stage", file.stage);
    form.append(file.kind, file.blob, file.name);
    const answer = await post(address, form, token);
    if (!answer.ok) return [item, answer.status, await answer.json().catch(() => ({}))];
    // What has arrived is not sent again, should the network go away between two photos.
    file.sent = true;
    await note(item);
  }
  return null;
}

function fieldsOf(item) {
  const form = new FormData();
  // A question may have several answers.
  for (const [name, values] of Object.entries(item.fields)) for (const value of [values].flat()) form.append(name, value);
  form.append("client_id", item.id);
  form.append("happened_at", item.made);
  if (item.files.length) form.append("media_follows", item.files.length);
  return form;
}

async function refused(item, status, body) {
  const faults = body.error?.fields ?? {};
  const words = [...new Set([body.error?.message, ...Object.values(faults)])].filter(Boolean).join(" ");
  const theirs = status === 409 ? body.case : null;
  await note({ ...item, tries: item.tries + 1, error: words || String(status), status, faults, theirs });
  return status < 500 && status !== 429;
}

function post(address, form, token) {
  return fetch(address, { method: "POST", body: form, headers: { Accept: "application/json", "X-CSRFToken": token } });
}

// Whoever signs out is told first what would wait for them.
document.addEventListener("submit", (event) => {
  if (!event.target.matches?.("form[action$='/sign-out']")) return;
  const count = Number(document.querySelector("[data-offline-count]")?.textContent ?? 0);
  const words = document.body.dataset.unsent;
  if (count && words && !confirm(words.replace("{n}", count))) event.preventDefault();
});

/** The pages that must open without a network are asked for once, so that the worker keeps them. */
async function keepPages() {
  if (!navigator.serviceWorker.controller) return;
  // Once a session, and again when the pages went with a sign-out.
  const fresh = sessionStorage.getItem("kept") === String(account);
  if (fresh && (await caches.match("/cases/unsent"))) return;
  sessionStorage.setItem("kept", account);
  const again = () => sessionStorage.removeItem("kept");
  for (const path of ["/cases/new", "/cases/unsent", "/phone"]) fetch(path).catch(again);
  // The list of the day is a part of the phone's page, and asked for as such.
  fetch("/cases/today", { headers: { "HX-Request": "true" } }).catch(again);
}

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.addEventListener("controllerchange", keepPages);
  keepPages();
}

addEventListener("online", sendAll);
document.addEventListener("DOMContentLoaded", changed);
if (document.readyState !== "loading") changed();
sendAll();
