/** The public cases: a mark shows its case above the list, a row shows its place on the map. */
import { createMap } from "../map/map.js";

const map = createMap(document.getElementById("map"));
const chosen = document.getElementById("public-chosen");
const list = document.getElementById("public-list");
const wide = matchMedia("(width >= 768px)");

async function show(id) {
  const row = await map.points("public_cases").row(id);
  if (!row) return;
  await htmx.ajax("GET", `/public/cases/${row[5]}`, { target: chosen, swap: "innerHTML" });
  chosen.scrollIntoView({ block: "nearest" });
}

map.on("point", ({ layer, id }) => {
  if (layer === "public_cases") show(id);
});

// On a wide screen a row first shows where it is; a second click opens its page.
list.addEventListener("click", (event) => {
  const row = event.target.closest("[data-at]");
  if (!row || !wide.matches || row.hasAttribute("aria-current") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  for (const each of list.querySelectorAll("[aria-current]")) each.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  map.go(row.dataset.at.split(",").map(Number), 16);
});
