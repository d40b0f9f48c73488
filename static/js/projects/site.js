/** The map of a project: its ground, and a new piece of it drawn by hand into the field of its form. */
import { corners } from "../map/area.js";
import { createMap } from "../map/map.js";
import { make } from "../map/words.js";

const field = document.querySelector("[data-site-form] [data-corners]");

/** A parcel says its name and its percent beside it, so that its colour is not all that tells. */
function named({ properties }, layer) {
  if (properties.label) layer.bindTooltip(make("span", "", properties.label), { permanent: true, direction: "center", className: "parcel-label" });
}

for (const box of document.querySelectorAll("[data-project-map]")) {
  const map = createMap(box.querySelector("[data-map]"));
  map.ready.then(() => {
    const said = JSON.parse(box.querySelector("[data-ground]").textContent);
    const ground = L.geoJSON(said, { renderer: L.svg(), interactive: false, style: ({ properties }) => ({ className: properties.what === "site" ? "project-site" : properties.what }), onEachFeature: named }).addTo(map.leaflet);
    if (said.features.length) map.leaflet.fitBounds(ground.getBounds(), { padding: [24, 24], maxZoom: 16 });
    if (!field || !("draws" in box.dataset)) return;
    map.on("area", ({ area }) => {
      field.value = area ? corners(area).map(([lon, lat]) => `${lon} ${lat}`).join("\n") : "";
      field.closest("details").open = true;
      map.area.show(area);
      field.scrollIntoView({ block: "nearest" });
    });
  });
}
