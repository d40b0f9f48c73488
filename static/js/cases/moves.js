/** Steps of a case without a network: kept on the phone and sent when it is back. */
import { keep, sendAll } from "../offline.js";

const page = document.querySelector("[data-case-page]");
const STAGES = { pass: "check", fail: "check", confirm: "verify", refute: "verify" };
const NOT_KEPT = new Set(["csrf_token", "client_id", "photo", "before"]);

/** Every step has a name of its own, so that one whose answer was lost is known when it comes again. */
function nameOf(form) {
  if (!form.elements.client_id) {
    const own = document.createElement("input");
    Object.assign(own, { type: "hidden", name: "client_id", value: crypto.randomUUID() });
    form.append(own);
  }
  return form.elements.client_id.value;
}

async function keepStep(form) {
  const data = new FormData(form);
  const fields = Object.fromEntries([...data].filter(([name, value]) => value && !NOT_KEPT.has(name)));
  const files = [["before", "found"], ["photo", STAGES[form.dataset.move] ?? "after"]]
    .map(([name, stage]) => ({ id: crypto.randomUUID(), kind: "photo", blob: data.get(name), name: data.get(name)?.name, stage }))
    .filter((file) => file.blob?.size);
  const number = page.querySelector("header p span").textContent;
  await keep({
    id: nameOf(form), account: Number(page.dataset.account), kind: "move", address: form.getAttribute("action"), fields, files,
    made: new Date().toISOString(), title: `${number} ${form.querySelector("button").textContent.trim()}`, tries: 0, error: null,
  });
  await sendAll();
  location.assign("/cases/unsent");
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-move]");
  if (!form) return;
  nameOf(form);
  if (navigator.onLine) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  keepStep(form);
}, true);

// The phone believed in its network, and the server was out of reach all the same.
document.addEventListener("htmx:sendError", ({ target }) => {
  const form = target.closest?.("form[data-move]");
  if (form) keepStep(form);
});
