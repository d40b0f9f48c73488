/** The map of a building: its point and its ground plan, and a plan drawn by hand into the field of its form. */
import { corners } from "../map/area.js";
import { createMap } from "../map/map.js";

async function show(box) {
  const map = createMap(box.querySelector("[data-map]"));
  await map.ready;
  const { at, outline } = JSON.parse(box.querySelector("[data-ground]").textContent);
  const drawn = { renderer: L.svg(), interactive: false };
  if (outline) L.geoJSON(outline, { ...drawn, style: { className: "building-outline" } }).addTo(map.leaflet);
  L.circleMarker([at[1], at[0]], { ...drawn, radius: 6, className: "spot-mark" }).addTo(map.leaflet);
  map.go(at, 17);
  const field = document.querySelector("[data-corners]");
  if (!field) return;
  map.on("area", ({ area }) => {
    field.value = area ? corners(area).map(([lon, lat]) => `${lon} ${lat}`).join("\n") : "";
    field.closest("details").open = true;
    map.area.show(area);
    field.scrollIntoView({ block: "nearest" });
  });
}

for (const box of document.querySelectorAll("[data-outline-map]")) show(box);
