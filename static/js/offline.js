/**
 * What was done without a network waits here, in IndexedDB, until the server has said that it has it.
 *
 * An item is {id, account, kind: "report" | "move", address, thing, fields, files: [{id, name, kind, blob, stage, at, sent}], made,
 * title, tries, error, status, faults, theirs, arrived, solved, edition}: `thing` is the address of what a step changes, `at` where the
 * phone was when a file was made, `status` and `faults` are those of a refusal, `theirs` the thing as it stands where somebody was
 * faster, `arrived` says that the report is there and only what follows it is missing, `solved` {id, note} that the finder solved it
 * on the spot, `edition` counts how often it was put right. Several people may use one phone: each sees their own.
 * `id` is the client's own name of the deed: sent as `client_id`, it arrives once however often it is sent.
 * Nothing leaves the queue but by a success or by the person's own word. `wangge:queue` on `document` tells of changes.
 */
import { remember, run } from "./queue/store.js";

/** Whose page this is. */
export const account = Number(document.body.dataset.account);

// While something waits and the page is open, it is tried again after so long.
const AGAIN_MS = 60_000;

/** All that waits, oldest first. */
export async function waiting() {
  const items = await run("deeds", "readonly", (store) => store.getAll());
  return items.sort((a, b) => a.made.localeCompare(b.made));
}

/** The deed is kept on this phone. */
export async function keep(item) {
  await run("deeds", "readwrite", (store) => store.put(item));
  changed();
}

/** What came of a try is kept, unless the person threw the deed away or put it right meanwhile. */
async function note(item) {
  await run("deeds", "readwrite", (store) => {
    const known = store.get(item.id);
    known.onsuccess = () => known.result && known.result.edition === item.edition && store.put(item);
    return known;
  });
  changed();
}

/** The deed is gone from this phone; the list of what was sent says how. */
export async function drop(item, how, answer) {
  await remember(item, how, answer);
  await forget(item.id);
}

/** The deed was never kept: it goes another way. */
export async function forget(id) {
  await run("deeds", "readwrite", (store) => store.delete(id));
  changed();
}

async function changed() {
  const count = (await waiting()).filter((item) => item.account === account).length;
  for (const place of document.querySelectorAll("[data-offline-count]")) place.textContent = count;
  for (const box of document.querySelectorAll("[data-offline-box]")) box.hidden = count === 0;
  document.dispatchEvent(new CustomEvent("wangge:queue", { detail: { count } }));
}

/** A fresh token, and whose session this is; null when the server is out of reach. */
export async function session() {
  try {
    const answer = await fetch("/session", { cache: "no-store" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

let sending = null;
let again = null;

/**
 * Sends all that waits, one after the other; a deed that is refused stays and says why.
 * Who asks while it is being sent is served by one more round: what they changed may have come too late for this one.
 */
export function sendAll() {
  if (sending) return (again ??= sending.catch(() => null).then(() => ((again = null), sendAll())));
  sending = (navigator.locks ? navigator.locks.request("wangge-outbox", send) : send()).finally(() => (sending = null));
  return sending;
}

async function send() {
  const items = (await waiting()).filter((item) => item.account === account);
  if (!items.length) return;
  const now = await session();
  if (!now) return;
  // A step waits for the one before it on the same thing; nothing else waits for it.
  const held = new Set();
  for (const item of items) {
    if (item.account !== now.account) await note({ ...item, error: "signed-out", status: null });
    else if (item.thing && held.has(item.thing)) await note({ ...item, error: "before", status: null });
    else {
      const came = await sendOne(item, now.csrf_token);
      if (came === "away") return;
      if (came !== "sent" && item.thing) held.add(item.thing);
      if (came.version) await follow(items, item, came.version);
    }
  }
}

/** Steps made on the same page after this one were made on what this one has left: their base is its version now. */
async function follow(items, done, version) {
  const later = items.slice(items.indexOf(done) + 1);
  for (const item of later) {
    if (!done.thing || !done.fields.base_version || item.thing !== done.thing || item.fields.base_version !== done.fields.base_version) continue;
    item.fields.base_version = String(version);
    await note(item);
  }
}

/** Answers "sent" or {version} when it arrived, "refused" when it was refused for its own sake, "away" when nothing goes at all. */
async function sendOne(item, token) {
  try {
    // The photo of a step is its evidence and goes first; a report must be there before its photos.
    const isReport = item.kind === "report";
    const stopped = !isReport && item.files.length && (await sendFiles(item, `${item.thing}/media`, token));
    if (stopped) return await refused(...stopped);
    const deed = await post(item.address, fieldsOf(item), token);
    let body = await deed.json().catch(() => ({}));
    if (!deed.ok) return await refused(item, deed.status, body);
    if (isReport) {
      item.arrived = true;
      const lost = await sendFiles(item, `/cases/${body.id}/media`, token);
      if (lost) return await refused(...lost);
      if (item.solved) {
        const solved = await post(`/cases/${body.id}/self_close`, solvedOf(item), token);
        const answer = await solved.json().catch(() => ({}));
        if (!solved.ok) return await refused(item, solved.status, answer);
        body = answer;
      }
    }
    await drop(item, "sent", body);
    document.dispatchEvent(new CustomEvent("wangge:sent", { detail: { item, answer: body } }));
    return body.version ? { version: body.version } : "sent";
  } catch {
    await note({ ...item, tries: item.tries + 1, error: "network", status: null });
    return "away";
  }
}

/** Sends the files that have not arrived; answers what `refused` needs when one is turned away. */
async function sendFiles(item, address, token) {
  for (const file of item.files.filter((each) => !each.sent)) {
    const form = new FormData();
    form.append("client_id", file.id);
    form.append("stage", file.stage);
    for (const [name, value] of Object.entries(file.at ?? {})) form.append(name, value);
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

function solvedOf(item) {
  const form = new FormData();
  form.append("client_id", item.solved.id);
  form.append("happened_at", item.made);
  if (item.solved.note) form.append("note", item.solved.note);
  return form;
}

async function refused(item, status, body) {
  const faults = body.error?.fields ?? {};
  const words = [...new Set([body.error?.message, ...Object.values(faults)])].filter(Boolean).join(" ");
  const theirs = status === 409 ? body.theirs : null;
  await note({ ...item, tries: item.tries + 1, error: words || String(status), status, faults, theirs });
  // A proxy says so when nobody stands behind it, or was too slow; too many at once come again later.
  return [429, 502, 503, 504].includes(status) ? "away" : "refused";
}

/** Sends one form with a fresh token. */
export function post(address, form, token) {
  return fetch(address, { method: "POST", body: form, headers: { Accept: "application/json", "X-CSRFToken": token } });
}

// Whoever signs out is told first what would wait for them.
document.addEventListener("submit", (event) => {
  if (!event.target.matches?.("form[action$='/sign-out']")) return;
  const count = Number(document.querySelector("[data-offline-count]")?.textContent ?? 0);
  const words = document.body.dataset.unsent;
  if (count && words && !confirm(words.replace("{n}", count))) event.preventDefault();
});

addEventListener("online", sendAll);
// A phone that slept wakes up here.
document.addEventListener("visibilitychange", () => document.hidden || sendAll());
setInterval(() => document.hidden || sendAll(), AGAIN_MS);
document.addEventListener("DOMContentLoaded", changed);
if (document.readyState !== "loading") changed();
sendAll();
import("./queue/pages.js");
