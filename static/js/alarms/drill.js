/** The place of an exercise is chosen on the map; without a map it is typed. */
import { createMap } from "../map/map.js";

const box = document.querySelector("[data-drill-map]");
const [lon, lat] = ["lon", "lat"].map((name) => document.querySelector(`[name=${name}]`));
const map = createMap(box.querySelector("[data-map]"));

map.ready.then(() => {
  const typed = lon.value && lat.value ? [Number(lon.value), Number(lat.value)] : null;
  const { lng, lat: north } = map.leaflet.getCenter();
  map.pickPoint({
    at: typed ?? [lng, north],
    moved: ([east, up]) => {
      lon.value = east.toFixed(6);
      lat.value = up.toFixed(6);
    },
  });
});
