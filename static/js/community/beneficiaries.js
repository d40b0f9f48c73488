/** Whom an item is for: its grids stand out on the map, all of them in view, the place of the item as a dot. */
import { createMap } from "../map/map.js";

async function show(box) {
  const { at, grids } = JSON.parse(box.querySelector("[data-whom]").textContent);
  const map = createMap(box.querySelector("[data-map]"));
  await map.ready;
  map.outlines.shade(new Map(grids.map((id) => [id, { shade: 2 }])));
  L.circleMarker([at[1], at[0]], { radius: 8, className: "spot-mark", renderer: L.svg(), interactive: false }).addTo(map.leaflet);
  const seen = grids.filter((id) => map.outlines.all.has(id)).map((id) => map.outlines.bounds(id));
  const all = seen.reduce((whole, each) => whole.extend(each), L.latLngBounds([at[1], at[0]], [at[1], at[0]]));
  map.leaflet.fitBounds(all, { padding: [32, 32], maxZoom: 16, animate: false });
}

for (const box of document.querySelectorAll("[data-beneficiaries]")) show(box);
