/** What cameras see, drawn on the map of a page: of one camera, or of all that the reader may see. */
import { createMap } from "../map/map.js";
import { make } from "../map/words.js";

for (const box of document.querySelectorAll("[data-sectors]")) {
  const map = createMap(box.querySelector("[data-map]"));
  map.ready.then(() => {
    draw(map, box.dataset.sectors);
    if (box.dataset.blind) blind(map, document.getElementById(box.dataset.blind));
    if (box.dataset.proposed) proposed(map, document.getElementById(box.dataset.proposed));
  });
}

/** @param {object} map @param {string} id the key of a camera; empty: all */
async function draw(map, id) {
  const answer = await fetch(`/maps/layers/camera_sectors.json${id ? `?id=${id}` : ""}`).catch(() => null);
  if (!answer?.ok) return;
  const drawn = L.geoJSON(await answer.json(), {
    renderer: L.svg(),
    interactive: false,
    style: ({ properties }) => ({ className: `camera-sector ${properties.status}` }),
  }).addTo(map.leaflet);
  if (id && drawn.getLayers().length) map.leaflet.fitBounds(drawn.getBounds(), { padding: [24, 24], maxZoom: 17 });
}

/** Ground that no camera sees. @param {object} map @param {HTMLElement} shapes */
function blind(map, shapes) {
  const drawn = L.geoJSON(JSON.parse(shapes.textContent), {
    renderer: L.svg(),
    interactive: false,
    style: () => ({ className: "camera-blind" }),
  }).addTo(map.leaflet);
  map.leaflet.fitBounds(drawn.getBounds(), { padding: [24, 24] });
}

/** What new cameras would see, each with its number. @param {object} map @param {HTMLElement} shapes */
function proposed(map, shapes) {
  const drawn = L.geoJSON(JSON.parse(shapes.textContent), {
    renderer: L.svg(),
    style: () => ({ className: "camera-proposed" }),
    onEachFeature: ({ properties }, shape) =>
      shape.bindTooltip(make("span", "", properties.name), { className: "camera-number", permanent: true, direction: "center", opacity: 1 }),
  }).addTo(map.leaflet);
  if (drawn.getLayers().length) map.leaflet.fitBounds(drawn.getBounds(), { padding: [32, 32], maxZoom: 17 });
}
