/** A point for the dry run: clicked on the map, written into its two fields. */
import { createMap } from "../map/map.js";
import { token } from "../map/words.js";

const [lon, lat] = ["lon", "lat"].map((name) => document.getElementById(`field-${name}`));

async function begin() {
  const map = createMap(document.getElementById("map"));
  await map.ready;
  map.leaflet.fire("picking", { on: true });
  const mark = L.circleMarker([0, 0], { radius: 8, color: token("brand"), fillOpacity: 0.9 });
  const show = () => {
    const at = [Number(lat.value), Number(lon.value)];
    if (!lat.value || !lon.value || !at.every(Number.isFinite)) return;
    mark.setLatLng(at).addTo(map.leaflet);
  };
  map.leaflet.on("click", ({ latlng }) => {
    lon.value = latlng.lng.toFixed(6);
    lat.value = latlng.lat.toFixed(6);
    show();
  });
  for (const each of [lon, lat]) each.addEventListener("change", show);
  show();
}

begin();
