/** Steps of patrols and visits: kept on the phone first, sent at once or when the network is back, and shown either way. */
import { account, keep, sendAll, waiting } from "../offline.js";
import { fill, nearness, sayNearness, watch } from "../queue/position.js";

const words = document.querySelector("[data-step-words]")?.dataset;
const forms = () => document.querySelectorAll("form[data-step]");
const NOT_KEPT = new Set(["csrf_token", "client_id"]);

/** What is the same for the steps below each other is said once. */
function sayAll() {
  let above = "";
  for (const form of forms()) {
    const place = form.querySelector("[data-away]");
    if (!place) continue;
    const said = sayNearness(form, words);
    place.textContent = said === above ? "" : said;
    above = said;
  }
}

/** From afar, or without a position, words are wanted before the step is kept. */
function missing(form) {
  if (!form.dataset.near || nearness(form)?.near || form.elements.note?.value.trim()) return false;
  const place = form.querySelector("[data-step-error]");
  place.textContent = sayNearness(form, words);
  place.hidden = false;
  const details = form.querySelector("[data-note]");
  if (details) details.open = true;
  form.elements.note.focus();
  return true;
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-step]");
  if (!form) return;
  event.preventDefault();
  if (missing(form)) return;
  if (form.dataset.near) fill(form);
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  const data = new FormData(form);
  const fields = Object.fromEntries([...data].filter(([name, value]) => value && !NOT_KEPT.has(name)));
  const address = form.getAttribute("action");
  const id = crypto.randomUUID();
  await keep({
    id, account, kind: "move", address, thing: thingOf(form), fields, files: [],
    made: new Date().toISOString(), title: form.dataset.title, tries: 0, error: null, edition: 1,
  });
  await sendAll();
  const left = (await waiting()).find((item) => item.id === id);
  if (!left) return location.reload();
  if (left.status) return location.assign("/cases/unsent");
  button.disabled = false;
  showKept();
});

/** What is kept and not yet sent is shown where it belongs, also after the page was opened anew. */
async function showKept() {
  const kept = new Set((await waiting()).filter((item) => item.account === account).map((item) => item.address));
  for (const form of forms()) {
    const known = form.nextElementSibling?.matches("[data-field-kept]") ? form.nextElementSibling : null;
    const waits = kept.has(form.getAttribute("action"));
    form.hidden = waits;
    if (!waits) known?.remove();
    else if (!known) {
      const line = Object.assign(document.createElement("p"), { className: "field-kept", textContent: `${form.dataset.title}: ${words.kept}` });
      line.dataset.fieldKept = "";
      form.after(line);
    }
  }
}

const thingOf = (form) => form.getAttribute("action").replace(/\/[^/]+$/, "");

document.addEventListener("wangge:queue", showKept);
// What was kept here has arrived: the page as the house has it now, unless somebody is writing in it.
document.addEventListener("wangge:sent", async ({ detail }) => {
  const here = new Set([...forms()].map(thingOf));
  const left = (await waiting()).some((item) => here.has(item.thing));
  if (here.has(detail.item.thing) && !left && !document.activeElement?.matches("textarea, input")) location.reload();
});
watch(sayAll);
sayAll();
showKept();
