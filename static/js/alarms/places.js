/** Where an alarm is, drawn on the map of its page with what its camera sees; and the map of the wall. */
import { createMap } from "../map/map.js";

const sectors = (id) => `/maps/layers/camera_sectors.json${id ? `?id=${id}` : ""}`;

async function drawSectors(map, id) {
  const answer = await fetch(sectors(id)).catch(() => null);
  if (!answer?.ok) return;
  L.geoJSON(await answer.json(), {
    renderer: L.svg(),
    interactive: false,
    style: ({ properties }) => ({ className: `camera-sector ${properties.status}` }),
  }).addTo(map.leaflet);
}

for (const box of document.querySelectorAll("[data-alarm-map]")) {
  const [lon, lat] = box.dataset.alarmMap.split(",").map(Number);
  const map = createMap(box.querySelector("[data-map]"));
  map.ready.then(() => {
    const renderer = L.svg();
    const accuracy = Number(box.dataset.accuracy);
    if (accuracy > 0) L.circle([lat, lon], { radius: accuracy, renderer, interactive: false, className: "alarm-doubt" }).addTo(map.leaflet);
    L.circleMarker([lat, lon], { radius: 9, renderer, interactive: false, className: "alarm-spot" }).addTo(map.leaflet);
    map.go([lon, lat], 16);
    if (box.dataset.camera) drawSectors(map, box.dataset.camera);
  });
}

for (const box of document.querySelectorAll("[data-wall-map]")) {
  const map = createMap(box.querySelector("[data-map]"));
  if (box.dataset.wallMap) map.ready.then(() => drawSectors(map, null));
  let due = null;
  const renew = () => {
    clearTimeout(due);
    due = setTimeout(() => map.points("alarms")?.refresh(), 500);
  };
  document.addEventListener("wangge:alarm", renew);
  document.addEventListener("wangge:reload", renew);
}
