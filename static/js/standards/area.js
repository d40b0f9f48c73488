/** The area of a rule: each click on the map is a corner, and the corners stand in their field as text. */
import { createMap } from "../map/map.js";
import { token } from "../map/words.js";

const box = document.querySelector("[data-area]");
const field = document.getElementById(box.dataset.area);
const where = document.getElementById(box.dataset.where);
const back = document.querySelector("[data-last]");

/** The corners as the field says them, as Leaflet wants them; lines that are no corner are left out. */
function corners() {
  return field.value.split("\n").map((line) => line.trim().split(/[\s,，]+/).map(Number))
    .filter((pair) => pair.length === 2 && pair.every(Number.isFinite)).map(([lon, lat]) => [lat, lon]);
}

async function begin() {
  const map = createMap(document.getElementById("map"));
  await map.ready;
  map.leaflet.fire("picking", { on: true });
  const shape = L.polygon([], { color: token("brand"), weight: 3 }).addTo(map.leaflet);
  const draw = () => {
    shape.setLatLngs(corners());
    back.hidden = !corners().length;
  };
  map.leaflet.on("click", ({ latlng }) => {
    field.value = `${field.value.trim()}\n${latlng.lng.toFixed(6)} ${latlng.lat.toFixed(6)}`.trim();
    where.value = "area";
    draw();
  });
  back.addEventListener("click", () => {
    field.value = field.value.trim().split("\n").slice(0, -1).join("\n");
    draw();
  });
  field.addEventListener("input", draw);
  draw();
  if (corners().length > 2) map.leaflet.fitBounds(shape.getBounds(), { padding: [40, 40], maxZoom: 17 });
}

begin();
