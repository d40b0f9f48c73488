/** What was done today waits on the phone until the house has it: the form is kept in the queue, sent now or when the network is back. */
import { account, keep, sendAll, waiting } from "../offline.js";

const form = document.querySelector("form[data-entry]");
const kept = document.querySelector("[data-entry-kept]");
const here = form.getAttribute("action");
const NOT_KEPT = new Set(["csrf_token", "mark"]);

const given = ([name, value]) => !NOT_KEPT.has(name) && (value instanceof File ? value.size > 0 : value);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  const id = crypto.randomUUID();
  const made = new Date().toISOString();
  const fields = Object.fromEntries([...new FormData(form)].filter(given));
  let day = null;
  const sent = ({ detail }) => detail.item.id === id && (day = detail.answer.url);
  document.addEventListener("wangge:sent", sent);
  await keep({ id, account, kind: "move", address: here, thing: null, fields, files: [], made, title: form.dataset.title, tries: 0, error: null, edition: 1 });
  await sendAll();
  document.removeEventListener("wangge:sent", sent);
  if (day) return location.assign(day);
  const left = (await waiting()).find((item) => item.id === id);
  if (left?.status) return location.assign("/cases/unsent");
  form.reset();
  button.disabled = false;
  show();
});

/** How many entries of this project wait on the phone. */
async function show() {
  const mine = (await waiting()).filter((item) => item.account === account && item.address === here);
  kept.hidden = mine.length === 0;
  kept.querySelector("[data-n]").textContent = mine.length;
}

document.addEventListener("wangge:queue", show);
show();
