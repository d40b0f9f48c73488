/** Pages that must open without a network are asked for once; a kept page says how old it is. */
import { account } from "../offline.js";

const ALWAYS = (document.body.dataset.keep ?? "").split(" ").filter(Boolean);
// What today's list, the patrols, the visits and the own projects lead to is kept too, so much of it.
const MOST = 40;
// What did not come is asked for again after so long.
const AGAIN_MS = 15_000;
const LEADS = /href="(\/(?:cases|patrols|visits)\/\d+|\/projects\/\d+\/entries\/new)/g;

async function keepPages() {
  if (!navigator.serviceWorker.controller) return;
  // Once a session, and again when the pages went with a sign-out.
  const fresh = sessionStorage.getItem("kept") === String(account);
  if (fresh && (await caches.match("/cases/unsent"))) return;
  sessionStorage.setItem("kept", account);
  let missed = false;
  const ask = async (path, options) => {
    try {
      const answer = await fetch(path, options);
      return answer.ok ? await answer.text() : "";
    } catch {
      missed = true;
      return "";
    }
  };
  // The list of the day is a part of the phone's page, and asked for as such.
  const texts = await Promise.all([...ALWAYS.map((path) => ask(path)), ask("/cases/today", { headers: { "HX-Request": "true" } })]);
  const further = new Set(texts.flatMap((text) => [...text.matchAll(LEADS)].map(([, path]) => path)));
  for (const path of [...further].slice(0, MOST)) await ask(path);
  if (!missed) return;
  sessionStorage.removeItem("kept");
  setTimeout(keepPages, AGAIN_MS);
}

/** The age of a kept page in words, beside the hour at which it was so. */
function sayAge() {
  const ago = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  for (const place of document.querySelectorAll("[data-kept]:not([hidden]) [data-age]")) {
    const minutes = Math.round((new Date(place.dataset.age) - Date.now()) / 60_000);
    place.textContent = minutes > -90 ? ago.format(minutes, "minute") : ago.format(Math.round(minutes / 60), "hour");
  }
}

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.addEventListener("controllerchange", keepPages);
  keepPages();
}
sayAge();
document.addEventListener("htmx:afterSettle", sayAge);
setInterval(sayAge, 60_000);
