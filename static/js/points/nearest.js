/** Where one is served soonest: a place by position or by a tap, pins for the points, a line for the chosen way. */
import { createMap } from "../map/map.js";
import { tell } from "../requests.js";

const map = createMap(document.getElementById("map"));
const form = document.querySelector("[data-nearest]");
const told = form.querySelector("[data-told]");
const found = document.getElementById("found");
const locate = form.querySelector("[data-locate]");
const { q, lon, lat, place } = form.elements;
const drawn = L.layerGroup().addTo(map.leaflet);
const renderer = L.svg();
let start = null;
let way = null;

locate.hidden = false;
locate.addEventListener("click", () => map.place.start());
map.on("placed", ({ at, words }) => from(at, words));
map.on("unplaced", ({ words }) => (told.textContent = words));
map.on("click", ({ latlng }) => from([latlng.lng, latlng.lat]));
map.on("grid", ({ latlng }) => from([latlng.lng, latlng.lat]));

/** The search begins at a place on the map. */
function from([x, y], words = "") {
  lon.value = x.toFixed(6);
  lat.value = y.toFixed(6);
  q.value = place.value = "";
  told.textContent = words;
  ask();
}

async function ask() {
  const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
  await htmx.ajax("GET", address, { target: found, swap: "innerHTML" });
  history.replaceState(null, "", address);
  draw();
}

// A name that is typed begins somewhere else; another kind or mode begins where it was.
q.addEventListener("input", () => (lon.value = lat.value = place.value = ""));
form.addEventListener("change", ({ target }) => target.matches("select") && lon.value && ask());

/** Pins for the points that were found, and the way to the first. */
async function draw() {
  await map.ready;
  drawn.clearLayers();
  way = null;
  if (lon.value === "") return;
  start = [Number(lon.value), Number(lat.value)];
  L.marker([start[1], start[0]], { keyboard: false, icon: L.divIcon({ className: "me", iconSize: [18, 18] }) }).addTo(drawn);
  const rows = [...found.querySelectorAll("[data-id]")];
  rows.forEach((row, index) => {
    const [x, y] = row.dataset.at.split(",").map(Number);
    const icon = L.divIcon({ className: "", html: `<i class="point-pin${index ? "" : " is-first"}"><span>${index + 1}</span></i>`, iconSize: [28, 28], iconAnchor: [14, 34] });
    L.marker([y, x], { icon, title: row.querySelector("h2 a").textContent, keyboard: false }).addTo(drawn).on("click", () => choose(row));
  });
  if (rows.length) choose(rows[0]);
}

async function choose(row) {
  for (const each of found.querySelectorAll("[aria-current]")) each.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  const answer = await fetch(row.dataset.line).catch(() => null);
  if (!answer?.ok) return tell(document.body.dataset.lost);
  const { geometry } = await answer.json();
  way?.remove();
  way = L.polyline(geometry.coordinates.map(([x, y]) => [y, x]), { className: "way-line", interactive: false, renderer }).addTo(drawn);
  map.leaflet.fitBounds(way.getBounds(), { animate: false, maxZoom: 17, paddingTopLeft: [40, 60], paddingBottomRight: [70, 50] });
}

found.addEventListener("click", (event) => {
  const row = event.target.closest("[data-id]");
  if (row && !event.target.closest("a")) choose(row);
});

draw();
