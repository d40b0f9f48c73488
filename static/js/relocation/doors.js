/** Old doors and lanes on the map: a mark for each door, which leads to its page where there is more than one; a lane drawn by clicks. */
import { createMap } from "../map/map.js";
import { make } from "../map/words.js";

function said(box, name) {
  return JSON.parse(box.querySelector(`[data-${name}]`)?.textContent ?? "null");
}

/** Each click on the map is the next corner of a lane, in the field of its form and as a line. */
function drawInto(field, leaflet, renderer) {
  const line = L.polyline([], { renderer, className: "old-lane is-new", interactive: false }).addTo(leaflet);
  const told = () => line.setLatLngs(field.value.split("\n").map((each) => each.trim().split(/[\s,，]+/).map(Number)).filter(([lon, lat]) => lon && lat).map(([lon, lat]) => [lat, lon]));
  leaflet.on("click grid", ({ latlng }) => {
    field.value = `${field.value.trimEnd()}\n${latlng.lng.toFixed(6)} ${latlng.lat.toFixed(6)}`.trimStart();
    told();
  });
  field.addEventListener("input", told);
  told();
}

async function show(box) {
  const map = createMap(box.querySelector("[data-map]"));
  await map.ready;
  const renderer = L.svg();
  const lanes = L.geoJSON(said(box, "lanes") ?? [], {
    renderer, style: { className: "old-lane" }, interactive: false,
    onEachFeature: ({ properties }, layer) => layer.bindTooltip(make("span", "", properties.name), { permanent: true, direction: "center", className: "lane-label" }),
  }).addTo(map.leaflet);
  const doors = said(box, "doors");
  const marks = doors.map(([id, lon, lat, words]) => {
    const mark = L.circleMarker([lat, lon], { radius: 8, className: "spot-mark", renderer });
    mark.bindTooltip(make("span", "", words));
    if (doors.length > 1) mark.on("click", () => { location.href = `/public/old-doors/${id}`; });
    return mark;
  });
  const drawn = L.featureGroup([...marks, ...(marks.length ? [] : lanes.getLayers())]).addTo(map.leaflet);
  if (drawn.getLayers().length) map.leaflet.fitBounds(drawn.getBounds(), { padding: [40, 40], maxZoom: 17 });
  const field = "draws" in box.dataset && document.querySelector("[data-corners]");
  if (field) drawInto(field, map.leaflet, renderer);
}

for (const box of document.querySelectorAll("[data-doors-map]")) show(box);
