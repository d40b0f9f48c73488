/** Features of the OGC interface on a map; a row of the list beside it shows its feature. */
import { createMap } from "../map/map.js";

for (const box of document.querySelectorAll("[data-ogc-map]")) {
  const map = createMap(box.querySelector("[data-map]"));
  map.ready.then(() => draw(map, JSON.parse(box.querySelector("[data-features]").textContent)));
}

function draw(map, found) {
  const shapes = new Map();
  const drawn = L.geoJSON(found, {
    renderer: L.svg(),
    style: () => ({ className: "ogc-shape" }),
    pointToLayer: (_feature, at) => L.circleMarker(at, { radius: 7, className: "ogc-shape", renderer: L.svg() }),
    onEachFeature: (feature, shape) => shapes.set(String(feature.id), shape),
  }).addTo(map.leaflet);
  if (drawn.getLayers().length) map.leaflet.fitBounds(drawn.getBounds(), { padding: [24, 24], maxZoom: 16 });
  for (const row of document.querySelectorAll("[data-feature]")) {
    const shape = shapes.get(row.dataset.feature);
    if (!shape) continue;
    const mark = (on) => shape.getElement()?.classList.toggle("chosen", on);
    row.addEventListener("pointerenter", () => mark(true));
    row.addEventListener("pointerleave", () => mark(false));
    row.addEventListener("focusin", () => mark(true));
    row.addEventListener("focusout", () => mark(false));
  }
}
