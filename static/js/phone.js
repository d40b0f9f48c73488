/** The map of the phone: where I am in words, my grids outlined, hold to report, today's stops below. */
import { createMap } from "./map/map.js";
import { metres } from "./map/geometry.js";
import { means } from "./map/place.js";
import { heard } from "./queue/position.js";
import { tell } from "./requests.js";
import { select } from "./select.js";
import { draggable } from "./sheet.js";

const map = createMap(document.getElementById("map"));
const today = document.getElementById("today");
const where = document.querySelector("[data-where]");
const words = document.querySelector("[data-where-words]");
const held = document.querySelector("[data-held]");
const found = document.querySelector("[data-found]");
const report = document.querySelector(".nav-main a.nav-report");

draggable(document.querySelector("[data-sheet]"));

// A page of a case that says where the case is leads here: then the map stays with it.
const wanted = Number(new URLSearchParams(location.search).get("case"));
map.ready.then(() => {
  map.place.start({ go: !wanted });
  if (wanted) showCase(wanted);
});

async function showCase(id) {
  const row = await map.points("cases").row(id);
  if (!row) return tell(found.dataset.gone);
  const [, lon, lat, state, name, number] = row;
  select("case", id, [lon, lat]);
  found.querySelector("[data-found-title]").textContent = name;
  found.querySelector("[data-found-words]").textContent = `${number} · ${map.say(state)}`;
  found.querySelector("a").href = `/cases/${id}`;
  found.hidden = false;
}

found.querySelector("[data-found-close]").addEventListener("click", () => (found.hidden = true));

/** The address of a new report that begins at a point. */
function reportAt([lon, lat], accuracy) {
  const address = new URL(held.querySelector("[data-report]").dataset.report, location);
  address.searchParams.set("lon", lon.toFixed(6));
  address.searchParams.set("lat", lat.toFixed(6));
  if (accuracy) address.searchParams.set("accuracy", Math.round(accuracy));
  return address.pathname + address.search;
}

// The list is walked from where I am: asked again when that is another place, or when something changed.
const WALKED_M = 60;
let asked = null;

function renew() {
  const at = map.place.at;
  asked = at;
  const from = at ? `?lon=${at[0].toFixed(5)}&lat=${at[1].toFixed(5)}` : "";
  htmx.ajax("GET", `/cases/today${from}`, { target: today, swap: "innerHTML" });
}

// A list that was asked for again, in another order, still shows the stop that was chosen.
document.addEventListener("htmx:afterSettle", () => today.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" }));

map.on("placed", ({ at, accuracy, title, words: said }) => {
  heard(at, accuracy);
  if (!asked || metres(asked, at) > WALKED_M) renew();
  where.textContent = title;
  words.textContent = said;
  if (report) report.href = reportAt(at, accuracy);
});

map.on("unplaced", ({ words: said }) => (words.textContent = said));

map.on("held", ({ at }) => {
  const meaning = means(map.outlines, at, null, map.say);
  held.querySelector("[data-held-title]").textContent = meaning.title;
  held.querySelector("[data-held-words]").textContent = meaning.words;
  held.querySelector("[data-held-link]").href = reportAt(at);
  held.hidden = false;
  found.hidden = true;
});

held.querySelector("[data-held-close]").addEventListener("click", () => (held.hidden = true));

// A stop on the map opens its page; a stop in the list leads there on its own.
document.addEventListener("wangge:select", ({ detail: { kind, id, from } }) => {
  if (kind === "case" && from) location.assign(`/cases/${id}`);
});

for (const news of ["wangge:case", "wangge:reload"]) {
  document.addEventListener(news, renew);
}

const count = document.querySelector("[data-offline-count]");
const box = document.querySelector("[data-offline-box]");
const showCount = () => (box.hidden = count.textContent.trim() === "0" || count.textContent.trim() === "");
new MutationObserver(showCount).observe(count, { childList: true, characterData: true, subtree: true });
showCount();
