/** The map of a port: its quay, berths and gate lines; a click adds a corner to the form that is open. */
import { createMap } from "../map/map.js";

const LOOK = { renderer: L.svg(), interactive: false };

for (const box of document.querySelectorAll("[data-harbour]")) {
  const map = createMap(box.querySelector("[data-map]"));
  map.ready.then(() => {
    const said = JSON.parse(box.querySelector("[data-drawn]").textContent);
    const drawn = L.geoJSON(said, {
      ...LOOK,
      style: ({ properties }) => ({ className: `port-${properties.what}` }),
      pointToLayer: ({ properties }, at) => L.circleMarker(at, { ...LOOK, radius: 7, className: `port-${properties.what}` }),
    }).addTo(map.leaflet);
    if (said.features.length) map.leaflet.fitBounds(drawn.getBounds(), { padding: [40, 40], maxZoom: 16, animate: false });
    map.leaflet.on("click", ({ latlng }) => add(latlng));
    follow(map.leaflet);
  });
}

/** The field of the form that is open, and whether its line closes. */
const open = () => [...document.querySelectorAll("[data-corners]")].find((each) => each.closest("details")?.open);

function add({ lng, lat }) {
  const field = open();
  if (!field) return;
  field.value = `${field.value.trimEnd()}\n${lng.toFixed(6)}, ${lat.toFixed(6)}`.trimStart();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** What is typed or clicked is drawn before it is saved. @param {L.Map} leaflet */
function follow(leaflet) {
  const line = L.polyline([], { ...LOOK, className: "port-draft" }).addTo(leaflet);
  const draw = () => {
    const field = open();
    const rows = (field?.value ?? "").split("\n").map((each) => each.split(/[,，\s]+/).map(Number));
    const corners = rows.filter((each) => each.length === 2 && each.every(Number.isFinite)).map(([lon, lat]) => [lat, lon]);
    line.setLatLngs(field?.dataset.corners === "area" && corners.length > 2 ? [...corners, corners[0]] : corners);
  };
  document.addEventListener("input", draw);
  document.querySelectorAll("details").forEach((each) => each.addEventListener("toggle", draw));
  draw();
}
