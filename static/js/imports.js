/** The page of an import: the borders of the file over those in force, and its faults, each found from the list. */
import { createMap } from "./map/map.js";
import { make, token } from "./map/words.js";

const NEAR = 17;

const map = createMap(document.getElementById("map"));
const legend = document.querySelector("[data-drawing]");
/** @type {Map<number, L.Layer>} */
const faults = new Map();
let wanted = null;

/** Lines of the file: no fill, so that the borders in force stay to be seen. */
function ofFile() {
  return { color: token("brand"), weight: 2, fill: true, fillOpacity: 0.04 };
}

function ofFault() {
  return { color: token("late"), weight: 3, fillColor: token("late"), fillOpacity: 0.35, radius: 9 };
}

/** The row of a fault is marked and brought into view. @param {number} number */
function mark(number) {
  for (const row of document.querySelectorAll("[data-row]")) {
    row.classList.toggle("shown", row.dataset.row === String(number));
  }
  const row = document.querySelector(`[data-row="${number}"]`);
  row?.closest("details")?.setAttribute("open", "");
  row?.scrollIntoView({ block: "nearest" });
}

/** The map goes to a fault. @param {number} number */
function show(number) {
  wanted = number;
  const layer = faults.get(number);
  if (!layer) return;
  if (layer.getBounds) map.leaflet.fitBounds(layer.getBounds(), { maxZoom: NEAR, padding: [40, 40] });
  else map.leaflet.setView(layer.getLatLng(), NEAR);
  mark(number);
}

async function draw() {
  const answer = await fetch(legend.dataset.drawing);
  if (!answer.ok) return;
  const drawing = await answer.json();
  // Without borders in force there is nothing to draw below, and nothing to keep the view in.
  await map.ready.catch(() => null);
  map.leaflet.setMaxBounds(null);
  const borders = L.geoJSON(drawing.grids, {
    style: ofFile,
    onEachFeature: ({ properties: { name, code } }, layer) => {
      layer.bindTooltip(make("div", "card-lines", make("strong", "", name ?? ""), make("span", "", code ?? "")), {
        sticky: true, opacity: 1, className: "grid-card",
      });
    },
  }).addTo(map.leaflet);
  L.geoJSON(drawing.faults, {
    style: ofFault,
    pointToLayer: (_, at) => L.circleMarker(at, ofFault()),
    onEachFeature: ({ properties: { number, words } }, layer) => {
      faults.set(number, layer);
      layer.bindTooltip(make("span", "", words), { sticky: true }).on("click", () => mark(number));
    },
  }).addTo(map.leaflet);
  if (wanted === null) map.leaflet.fitBounds(borders.getBounds(), { padding: [24, 24] });
  else show(wanted);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fault]");
  if (button) show(Number(button.dataset.fault));
});

draw();
