/** The desk: queue, map and pane show the same case, and news renew them. */
import "./finder.js";
import { Ways } from "./cases/ways.js";
import "./cases/keys.js";
import "./cases/phrases.js";
import { createMap } from "./map/map.js";
import { Replay } from "./replay.js";
import { select, selectOnClick } from "./select.js";

const narrow = matchMedia("(width < 768px)");
// The whole subdistrict stands above the open legend, not under it.
const map = createMap(document.getElementById("map"), narrow.matches ? {} : { room: [64, 16, 216, 16] });
const queue = document.getElementById("queue");
const pane = document.getElementById("chosen");
const RENEW_MS = 300;

selectOnClick(queue);
selectOnClick(pane);
selectOnClick(document.querySelector("[data-finder]"));

let shown = null;

document.addEventListener("wangge:select", async ({ detail: { kind, id } }) => {
  await map.ready;
  const code = kind === "grid" ? map.outlines.all.get(id)?.code : null;
  const address = kind === "case" ? `/cases/${id}` : code ? `/grids/${code}` : null;
  if (!address) return;
  show(address);
  // On a phone the three panes stand below each other: what was chosen is brought into sight, with its place above it.
  if (narrow.matches) document.querySelector(".desk-map").scrollIntoView();
});

// A case page that says where the case is leads here.
const wanted = Number(new URLSearchParams(location.search).get("case"));
if (wanted) map.ready.then(() => select("case", wanted));

function show(address) {
  shown = address;
  htmx.ajax("GET", address, { target: pane, swap: "innerHTML" });
}

// Who could go to the case in the pane: their ways on the map.
map.ready.then(() => {
  const ways = new Ways(map.leaflet);
  pane.addEventListener("htmx:afterSettle", () => ways.show(pane.querySelector("[data-ways]")));
});

// A line of news: the queue and the counters once for a whole burst, the pane if it shows that case.
let due = null;
let listed = queue.getAttribute("hx-get");

const asked = (detail) => detail.pathInfo?.finalRequestPath ?? "";
const byItself = (detail) => detail.target === queue && detail.requestConfig.elt === document.body;

/** The tab and the filter that are open stay open, and the address of the page says them. */
function narrowed(address) {
  listed = address;
  history.replaceState(null, "", `/desk${address.slice("/cases".length)}`);
  follow();
}

const said = () => new URLSearchParams(listed.split("?")[1] ?? "");
const written = (params) => params.toString().replaceAll("%2C", ",");

/** The map shows the cases that the queue names, whichever page of it is open. */
function follow() {
  const params = said();
  for (const [name, value] of [...params]) if (name === "before" || !value || (name === "show" && value === "open")) params.delete(name);
  map.narrow(written(params));
}

// What is drawn on the map narrows the queue; no area and no grid: it is as wide as it was.
map.on("area", ({ area, place }) => {
  const params = said();
  for (const [name, value] of Object.entries({ area, place, before: null, outside: null })) {
    if (value) params.set(name, value);
    else params.delete(name);
  }
  document.dispatchEvent(new CustomEvent("wangge:narrowed", { detail: { value: written(params) } }));
});
follow();

function list() {
  htmx.ajax("GET", listed, { target: queue, swap: "innerHTML", source: document.body });
}

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.target !== queue || byItself(detail) || !detail.successful) return;
  if (/^\/cases(\?|$)/.test(asked(detail))) narrowed(asked(detail));
});

document.addEventListener("wangge:narrowed", ({ detail }) => {
  narrowed(`/cases${detail.value ? `?${detail.value}` : ""}`);
  queue.replaceChildren();
  list();
});

// A renewal that comes back when somebody has begun to write, or has narrowed the queue meanwhile, is dropped.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!byItself(detail) || (!busy() && asked(detail) === listed)) return;
  detail.shouldSwap = false;
  due ??= setTimeout(renewQueue, RENEW_MS);
});

/** Somebody writes or narrows in the queue: it is renewed when they are done. */
function busy() {
  return queue.querySelector("[data-narrow]") || (queue.contains(document.activeElement) && document.activeElement.matches("input[type=search]"));
}

function renewQueue() {
  if (busy()) {
    due = setTimeout(renewQueue, RENEW_MS);
    return;
  }
  due = null;
  list();
}

function renew(address) {
  if (address && address === shown && !pane.contains(document.activeElement)) show(address);
  due ??= setTimeout(() => {
    renewQueue();
    document.dispatchEvent(new CustomEvent("wangge:counted"));
  }, RENEW_MS);
}

document.addEventListener("wangge:case", ({ detail }) => renew(`/cases/${detail.id}`));
document.addEventListener("wangge:reload", () => renew(shown));

map.ready.then(() => new Replay(map, document.querySelector("[data-replay]"), document.querySelector("[data-replay-open]")));

const form = document.querySelector("[data-as-of]");
const told = document.querySelector("[data-as-of-told]");
const today = form.querySelector("[type=reset]");

async function asOf(day) {
  const count = await map.asOf(day);
  today.hidden = told.hidden = !day;
  told.textContent = told.dataset.words.replace("{day}", day).replace("{n}", count);
}

form.addEventListener("change", () => asOf(form.elements.at.value));
form.addEventListener("reset", () => asOf(null));
form.addEventListener("submit", (event) => event.preventDefault());
