/** The map of themes: each grid the darker the more was said in it; the map and the list beside it point at each other. */
import { createMap } from "../map/map.js";
import { mark, select } from "../select.js";

async function show(box) {
  const map = createMap(box.querySelector("[data-map]"));
  await map.ready;
  map.outlines.shade(new Map(JSON.parse(box.querySelector("[data-shades]").textContent)));
  const pointed = ({ target }) => {
    const row = target.closest("[data-select]");
    if (row && row.getAttribute("aria-current") !== "true") select("grid", Number(row.dataset.select.split(":")[1]));
  };
  for (const list of document.querySelectorAll("[data-shaded]")) {
    list.addEventListener("pointerover", pointed);
    list.addEventListener("focusin", pointed);
  }
  mark();
}

for (const box of document.querySelectorAll("[data-themes-map]")) show(box);
