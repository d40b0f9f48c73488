/** Steps of a case: where the phone was goes with them; without a network they are kept and sent when it is back. */
import { keep, sendAll } from "../offline.js";
import { fill, here, sayNearness, watch } from "../queue/position.js";
import "./viewpoint.js";

const page = document.querySelector("[data-case-page]");
const STAGES = { pass: "check", fail: "check", confirm: "verify", refute: "verify" };
const NOT_KEPT = new Set(["csrf_token", "client_id", "photo", "before"]);
// Where the phone was when the photo of a field was taken.
const taken = new WeakMap();

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
    .map(([name, stage]) => ({ id: crypto.randomUUID(), kind: "photo", blob: data.get(name), name: data.get(name)?.name, stage, at: taken.get(form) ?? here() }))
    .filter((file) => file.blob?.size);
  const number = page.querySelector("header p span").textContent;
  const address = form.getAttribute("action");
  await keep({
    id: nameOf(form), account: Number(page.dataset.account), kind: "move", address, thing: address.replace(/\/[^/]+$/, ""), fields, files,
    made: new Date().toISOString(), title: `${number} ${form.querySelector("button[type=submit]").textContent.trim()}`, tries: 0, error: null, edition: 1,
  });
  await sendAll();
  location.assign("/cases/unsent");
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-move]");
  if (!form) return;
  nameOf(form);
  if ("near" in form.dataset) fill(form);
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

document.addEventListener("change", ({ target }) => {
  if (target.type === "file" && target.form) taken.set(target.form, here());
});

function sayAll() {
  for (const form of document.querySelectorAll("form[data-near]")) {
    const place = form.querySelector("[data-away]");
    if (place) place.textContent = sayNearness(form, place.dataset);
  }
}

if (document.querySelector("form[data-near]")) {
  watch(sayAll);
  sayAll();
  document.addEventListener("htmx:afterSettle", sayAll);
}
