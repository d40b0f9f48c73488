/** The proposal for the whole queue: its ways on the map, anew after each dispatch. */
import { createMap } from "../map/map.js";
import { Ways } from "./ways.js";

const map = createMap(document.getElementById("map"));
const rows = document.getElementById("proposal");

map.ready.then(() => {
  const ways = new Ways(map.leaflet);
  const draw = () => ways.show(rows.querySelector("[data-ways]"));
  draw();
  document.addEventListener("htmx:afterSettle", draw);
});
