/** The map of relocation: parcels by state over the site, each leading to its household; a new parcel drawn into its form. */
import { corners } from "../map/area.js";
import { createMap } from "../map/map.js";
import { make } from "../map/words.js";

const field = document.querySelector("[data-corners]");

function drawn(feature) {
  const { what, lane } = feature.properties;
  return { className: what === "parcel" ? `parcel lane-${lane}` : "relocation-site", interactive: what === "parcel" };
}

function named(feature, layer) {
  const { what, number, state, href } = feature.properties;
  if (what !== "parcel") return;
  layer.bindTooltip(make("span", "", `${number} · ${state}`), { sticky: true });
  layer.on("click", () => { location.href = href; });
}

async function show(box) {
  const map = createMap(box.querySelector("[data-map]"));
  await map.ready;
  const said = JSON.parse(box.querySelector("[data-ground]").textContent);
  const ground = L.geoJSON(said, { renderer: L.svg(), style: drawn, onEachFeature: named }).addTo(map.leaflet);
  const parcels = ground.getLayers().filter((each) => each.feature.properties.what === "parcel");
  const seen = parcels.length ? L.featureGroup(parcels) : ground;
  if (said.features.length) map.leaflet.fitBounds(seen.getBounds(), { padding: [24, 24], maxZoom: 18 });
  if (!field || !("draws" in box.dataset)) return;
  const form = field.form;
  map.on("area", ({ area }) => {
    field.value = area ? corners(area).map(([lon, lat]) => `${lon} ${lat}`).join("\n") : "";
    map.area.show(area);
  });
  map.leaflet.on("click", ({ latlng }) => {
    form.elements.lon.value = latlng.lng.toFixed(5);
    form.elements.lat.value = latlng.lat.toFixed(5);
  });
}

for (const box of document.querySelectorAll("[data-relocation-map]")) show(box);
