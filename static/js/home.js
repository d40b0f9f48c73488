/** The page of residents: a place found by position, by name or by a tap; its grid and the nearest workstations. */
import "./finder.js";
import { createMap } from "./map/map.js";
import { selectOnClick } from "./select.js";

const map = createMap(document.getElementById("map"));
const here = document.getElementById("here");
const told = document.querySelector("[data-told]");
let pin = null;

selectOnClick(document.querySelector("[data-finder]"));

/** Asks for the grid and workstations of a point, and shows it. */
function ask([lon, lat]) {
  told.textContent = "";
  htmx.ajax("GET", `${here.dataset.here}?lon=${lon.toFixed(6)}&lat=${lat.toFixed(6)}`, { target: here, swap: "innerHTML" });
  pin ??= L.marker([lat, lon], { keyboard: false, icon: L.divIcon({ className: "me", iconSize: [18, 18] }) }).addTo(map.leaflet);
  pin.setLatLng([lat, lon]);
  map.outlines.choose(map.outlines.at([lon, lat])?.id ?? null);
  map.labels.place();
}

document.querySelector("[data-locate]").addEventListener("click", () => map.place.start());
map.on("placed", ({ at }) => ask(at));
map.on("unplaced", ({ words }) => (told.textContent = words));
map.on("click", ({ latlng }) => ask([latlng.lng, latlng.lat]));

document.addEventListener("wangge:select", async ({ detail: { kind, id, at, from } }) => {
  await map.ready;
  if (from) return;
  ask(at ?? map.outlines.all.get(id).at);
  if (kind === "grid") map.fit(id);
});

map.on("grid", ({ latlng }) => ask([latlng.lng, latlng.lat]));
