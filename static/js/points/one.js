/** The page of a point: the area from which one gets there in time. */
import { createMap } from "../map/map.js";

const box = document.querySelector("[data-reach]");
if (box) show();

async function show() {
  const map = createMap(document.getElementById("map"));
  const [mode, minutes] = ["mode", "minutes"].map((name) => document.querySelector(`[data-${name}]`));
  const [lon, lat] = box.dataset.at.split(",").map(Number);
  let area = null;
  await map.ready;
  L.marker([lat, lon], { keyboard: false, icon: L.divIcon({ className: "", html: "<i class=\"point-pin is-first\"></i>", iconSize: [28, 28], iconAnchor: [14, 34] }) }).addTo(map.leaflet);
  async function ask() {
    const answer = await fetch(`${box.dataset.reach}?mode=${mode.value}&minutes=${minutes.value}`).catch(() => null);
    area?.remove();
    if (!answer?.ok) return;
    const feature = await answer.json();
    if (!feature.geometry) return map.go([lon, lat], 15);
    area = L.geoJSON(feature, { className: "reach-area", interactive: false, renderer: L.svg() }).addTo(map.leaflet);
    map.leaflet.fitBounds(area.getBounds(), { animate: false });
  }
  mode.addEventListener("change", ask);
  minutes.addEventListener("change", ask);
  ask();
}
