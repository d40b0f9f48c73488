/** The work that fits, as numbered pins; a pin leads to its row. */
import { createMap } from "../map/map.js";

const box = document.getElementById("map");
if (box) {
  const map = createMap(box);
  const rows = [...document.querySelectorAll("[data-at]")];
  await map.ready;
  const spots = rows.map((row, index) => {
    const [x, y] = row.dataset.at.split(",").map(Number);
    const icon = L.divIcon({ className: "", html: `<i class="point-pin${index ? "" : " is-first"}"><span>${index + 1}</span></i>`, iconSize: [28, 28], iconAnchor: [14, 34] });
    const title = row.querySelector("strong").textContent;
    L.marker([y, x], { icon, title, keyboard: false }).addTo(map.leaflet).on("click", () => row.querySelector("a").focus());
    return [y, x];
  });
  if (spots.length) map.leaflet.fitBounds(spots, { animate: false, maxZoom: 15, padding: [40, 40] });
}
