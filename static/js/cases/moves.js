/** Steps of a case without a network: kept on the phone and sent when it is back. */
import { keep, sendAll } from "../offline.js";

const page = document.querySelector("[data-case-page]");

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-move]");
  if (!form || navigator.onLine) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const data = new FormData(form);
  const fields = { base_version: data.get("base_version") };
  if (data.get("note")) fields.note = data.get("note");
  const photo = data.get("photo");
  const stage = { pass: "check", fail: "check" }[form.dataset.move] ?? "after";
  const files = photo?.size ? [{ id: crypto.randomUUID(), kind: "photo", blob: photo, name: photo.name, stage }] : [];
  const account = Number(page.dataset.account);
  const title = `${page.querySelector("header p span").textContent} ${form.querySelector("button").textContent.trim()}`;
  await keep({
    id: crypto.randomUUID(), account, kind: "move", address: form.getAttribute("action"), fields, files,
    made: new Date().toISOString(), title, tries: 0, error: null,
  });
  await sendAll();
  location.assign("/cases/unsent");
}, true);
