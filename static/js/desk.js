/** The desk: queue, map and pane show the same case, and news renew them. */
import "./finder.js";
import { createMap } from "./map/map.js";
import { select, selectOnClick } from "./select.js";

const narrow = matchMedia("(width < 768px)");
// The whole subdistrict stands above the open legend, not under it.
const map = createMap(document.getElementById("map"), narrow.matches ? {} : { room: [64, 16, 190, 16] });
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

// A line of news: the queue and the counters once for a whole burst, the pane if it shows that case.
let due = null;
let listed = "/cases";

// The tab of the queue that is open stays open.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.target === queue && detail.successful) listed = detail.pathInfo.requestPath;
});

function renew(address) {
  if (address && address === shown && !pane.contains(document.activeElement)) show(address);
  due ??= setTimeout(() => {
    due = null;
    htmx.ajax("GET", listed, { target: queue, swap: "innerHTML" });
    document.dispatchEvent(new CustomEvent("wangge:counted"));
  }, RENEW_MS);
}

document.addEventListener("wangge:case", ({ detail }) => renew(`/cases/${detail.id}`));
document.addEventListener("wangge:reload", () => renew(shown));

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
