/**
 * What a phone keeps: deeds that wait to be sent, drafts between two pages, and a list of what was sent.
 *
 * A line of the list is {id, account, title, kind, made, at, how, number, url}: `how` is "sent", "theirs" (the person let somebody
 * else's version stand) or "thrown" (thrown away by the person's own word), so that nobody has to remember what became of a deed.
 */
const STORES = ["deeds", "drafts", "arrived"];
const REMEMBERED = 500;

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((done, failed) => {
    const wish = indexedDB.open("wangge", 2);
    wish.onupgradeneeded = () => {
      for (const name of STORES) if (!wish.result.objectStoreNames.contains(name)) wish.result.createObjectStore(name, { keyPath: "id" });
    };
    wish.onsuccess = () => {
      // A newer page of the house may want a newer store: this one does not stand in its way.
      wish.result.onversionchange = () => wish.result.close();
      done(wish.result);
    };
    wish.onerror = () => failed(wish.error);
  });
}

/** Runs one deed on one store. @param {"deeds"|"drafts"|"arrived"} name @param {IDBTransactionMode} mode */
export async function run(name, mode, deed) {
  const database = await open();
  try {
    return await new Promise((done, failed) => {
      const deal = database.transaction(name, mode, { durability: "strict" });
      const wish = deed(deal.objectStore(name));
      deal.oncomplete = () => done(wish.result);
      deal.onerror = deal.onabort = () => failed(deal.error);
    });
  } finally {
    database.close();
  }
}

/** What was sent from this phone, the newest first. */
export async function arrived() {
  const lines = await run("arrived", "readonly", (store) => store.getAll());
  return lines.sort((a, b) => b.at.localeCompare(a.at));
}

/** A deed stands on the list of what became of deeds; the oldest lines of a long list go. */
export async function remember(item, how, answer = {}) {
  const { id, account, title, kind, made } = item;
  const line = { id, account, title, kind, made, at: new Date().toISOString(), how, number: answer.number ?? null, url: answer.url ?? null };
  await run("arrived", "readwrite", (store) => store.put(line));
  const old = (await arrived()).slice(REMEMBERED);
  if (old.length) await run("arrived", "readwrite", (store) => old.map((each) => store.delete(each.id)).at(-1));
}

/** A photo goes with the person to another page. */
export const putDraft = (id, value) => run("drafts", "readwrite", (store) => store.put({ id, ...value }));

/** It is taken there, and lies here no more. */
export async function takeDraft(id) {
  const found = await run("drafts", "readonly", (store) => store.get(id));
  if (found) await run("drafts", "readwrite", (store) => store.delete(id));
  return found ?? null;
}
