/** A form that waits on the phone until the house has it: it is kept in the queue, sent now or when the network is back. */
import { place } from "../cases/here.js";
import { account, forget, keep, sendAll, waiting } from "../offline.js";

const form = document.querySelector("form[data-entry]");
const kept = document.querySelector("[data-entry-kept]");
const here = form.getAttribute("action");
const NOT_KEPT = new Set(["csrf_token", "mark"]);

const given = ([name, value]) => !NOT_KEPT.has(name) && (value instanceof File ? value.size > 0 : value);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  if (form.dataset.entry === "here") await place(form);
  const id = crypto.randomUUID();
  const made = new Date().toISOString();
  const fields = Object.fromEntries([...new FormData(form)].filter(given));
  let page = null;
  const sent = ({ detail }) => detail.item.id === id && (page = detail.answer.url);
  document.addEventListener("wangge:sent", sent);
  await keep({ id, account, kind: "move", address: here, thing: null, fields, files: [], made, title: form.dataset.title, tries: 0, error: null, edition: 1 });
  await sendAll();
  document.removeEventListener("wangge:sent", sent);
  if (page) return location.assign(page);
  const left = (await waiting()).find((item) => item.id === id);
  if (left?.status === 422) {
    // The house says beside each field what it wants.
    await forget(id);
    return form.submit();
  }
  if (left?.status) return location.assign("/cases/unsent");
  form.reset();
  button.disabled = false;
  show();
});

/** How many of these forms wait on the phone. */
async function show() {
  const mine = (await waiting()).filter((item) => item.account === account && item.address === here);
  kept.hidden = mine.length === 0;
  kept.querySelector("[data-n]").textContent = mine.length;
}

document.addEventListener("wangge:queue", show);
show();
