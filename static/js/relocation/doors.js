/** Old doors on the map: a mark for each, which leads to its page where there is more than one. */
import { createMap } from "../map/map.js";

async function show(box) {
  const map = createMap(box.querySelector("[data-map]"));
  await map.ready;
  const doors = JSON.parse(box.querySelector("[data-doors]").textContent);
  const marks = doors.map(([id, lon, lat, words]) => {
    const mark = L.circleMarker([lat, lon], { radius: 8, className: "spot-mark", renderer: L.svg() });
    mark.bindTooltip(words);
    if (doors.length > 1) mark.on("click", () => { location.href = `/public/old-doors/${id}`; });
    return mark;
  });
  const drawn = L.featureGroup(marks).addTo(map.leaflet);
  if (marks.length) map.leaflet.fitBounds(drawn.getBounds(), { padding: [40, 40], maxZoom: 16 });
}

for (const box of document.querySelectorAll("[data-doors-map]")) show(box);
