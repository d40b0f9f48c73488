/** The map of a vessel: its track as the page says it; and of all at sea with the ports: a mark leads to its page. */
import { createMap } from "../map/map.js";

const PAGES = { vessels: "/vessels/", ports: "/ports/" };
// Nothing lies below the buttons at the right.
const ROOM = { paddingTopLeft: [32, 32], paddingBottomRight: [80, 32], animate: false };

for (const box of document.querySelectorAll("[data-track]")) {
  const map = createMap(box.querySelector("[data-map]"));
  let drawn = null;
  const draw = () => {
    drawn?.remove();
    drawn = track(map.leaflet);
  };
  map.ready.then(() => {
    draw();
    document.addEventListener("htmx:afterSettle", draw);
  });
}

for (const box of document.querySelectorAll("[data-vessels]")) {
  const map = createMap(box.querySelector("[data-map]"));
  map.on("point", ({ layer, id }) => layer in PAGES && location.assign(PAGES[layer] + id));
  map.ready.then(() => around(map));
}

/** The track of the page, looked at whole; nothing where the vessel was not heard. @param {L.Map} leaflet */
function track(leaflet) {
  const said = JSON.parse(document.querySelector("[data-drawn]").textContent);
  if (!said.features.length) return null;
  const drawn = L.geoJSON(said, {
    renderer: L.svg(),
    interactive: false,
    style: ({ properties }) => ({ className: `vessel-${properties.what}` }),
    pointToLayer: ({ properties }, at) => L.circleMarker(at, { renderer: L.svg(), radius: 7, interactive: false, className: `vessel-${properties.what}` }),
  }).addTo(leaflet);
  leaflet.fitBounds(drawn.getBounds(), { ...ROOM, maxZoom: 15 });
  return drawn;
}

/** All vessels at sea are in view, and the ports. @param {object} map */
function around(map) {
  const places = Object.keys(PAGES).flatMap((name) => [...(map.points(name)?.markers.values() ?? [])].map((marker) => marker.getLatLng()));
  if (places.length) map.leaflet.fitBounds(places, { ...ROOM, maxZoom: 13 });
}
