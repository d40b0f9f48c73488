/** A place to follow: a tapped point with its surroundings, or the tapped corners of an area. */
import { createMap } from "../map/map.js";

const form = document.querySelector("[data-follow]");
const box = form.querySelector("[data-follow-map]");
const words = form.querySelector("[data-follow-words]");
const { lon, lat, corners, grid, spot, radius_m: radius } = form.elements;
box.hidden = false;

const map = createMap(document.getElementById("follow-map"));
const drawn = L.layerGroup().addTo(map.leaflet);
let mode = "spot";
let points = [];

function draw() {
  drawn.clearLayers();
  const at = points.map(([x, y]) => [y, x]);
  const look = { className: "follow-area", interactive: false, renderer: L.svg() };
  if (mode === "spot" && at.length) L.circle(at[0], { ...look, radius: Number(radius.value) }).addTo(drawn);
  if (mode === "area") L.polygon(at, look).addTo(drawn);
  lon.value = mode === "spot" && at.length ? points[0][0].toFixed(6) : "";
  lat.value = mode === "spot" && at.length ? points[0][1].toFixed(6) : "";
  corners.value = mode === "area" ? points.map((each) => each.map((n) => n.toFixed(6)).join(",")).join(" ") : "";
}

function say() {
  words.textContent = mode === "area" ? form.dataset.corner : form.dataset.spot;
}

function tapped({ latlng }) {
  const at = [latlng.lng, latlng.lat];
  points = mode === "spot" ? [at] : [...points, at];
  grid.value = "";
  spot.value = "";
  draw();
}

map.on("click", tapped);
map.on("grid", tapped);
radius.addEventListener("change", draw);
for (const field of [grid, spot]) {
  field.addEventListener("change", () => {
    points = field === spot && spot.value ? [spot.value.split(",").map(Number)] : [];
    if (field === spot) mode = "spot";
    (field === grid ? spot : grid).value = "";
    draw();
    if (points.length) map.go(points[0], 15);
  });
}
form.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-mode]");
  if (button) mode = button.dataset.mode;
  if (!button && !target.closest("[data-clear]")) return;
  for (const each of form.querySelectorAll("[data-mode]")) each.setAttribute("aria-pressed", String(each.dataset.mode === mode));
  points = [];
  draw();
  say();
});

say();
if (lon.value && lat.value) {
  points = [[Number(lon.value), Number(lat.value)]];
  map.ready.then(() => map.go(points[0], 15));
  draw();
}
