/** The page of a proposal: the grids before and after, and over them the ground that changes hands, found from the list. */
import { createMap } from "../map/map.js";
import { make, token } from "../map/words.js";

const NEAR = 17;

const legend = document.querySelector("[data-drawing]");
const words = JSON.parse(legend.dataset.words);
const map = createMap(document.getElementById("map"));
/** @type {Map<number, L.Layer>} */
const hands = new Map();
/** @type {Record<string, L.LayerGroup>} */
const layers = {};

const collection = (features) => ({ type: "FeatureCollection", features });

/** Lines of grids; nothing in them takes a click from what lies below. */
function lines(features, style) {
  return L.geoJSON(collection(features), {
    style,
    onEachFeature: ({ properties: { name, load } }, layer) => {
      const share = load === null ? "" : words.load.replace("{load}", String(Math.round(load * 100)));
      layer.bindTooltip(make("div", "card-lines", make("strong", "", name), make("span", "", share)), { sticky: true, opacity: 1, className: "grid-card" });
    },
  });
}

function mark(number) {
  for (const row of document.querySelectorAll("[data-row]")) row.classList.toggle("shown", row.dataset.row === String(number));
  document.querySelector(`[data-row="${number}"]`)?.scrollIntoView({ block: "nearest" });
}

function show(number) {
  const layer = hands.get(number);
  if (!layer) return;
  map.leaflet.fitBounds(layer.getBounds(), { maxZoom: NEAR, padding: [60, 60] });
  mark(number);
}

/** Just the layers whose boxes are ticked, the ground above the lines. */
function tell() {
  for (const box of legend.querySelectorAll("[data-layer]")) {
    const layer = layers[box.dataset.layer];
    if (!layer) continue;
    layer.remove();
    if (box.checked) layer.addTo(map.leaflet);
  }
}

async function draw() {
  const answer = await fetch(legend.dataset.drawing).catch(() => null);
  if (!answer?.ok) return;
  const drawing = await answer.json();
  await map.ready.catch(() => null);
  layers.before = lines(drawing.before, { color: token("ink2"), weight: 3, dashArray: "6 5", fill: true, fillOpacity: 0.01 });
  layers.after = lines(drawing.after, { color: token("brand"), weight: 3, fill: true, fillOpacity: 0.01 });
  layers.hands = L.geoJSON(collection(drawing.hands), {
    style: { color: token("late"), weight: 2, fillColor: token("late"), fillOpacity: 0.35 },
    onEachFeature: ({ id, properties: { before, after } }, layer) => {
      hands.set(id, layer);
      layer.bindTooltip(make("span", "", `${before ?? "–"} → ${after ?? "–"}`), { sticky: true, opacity: 1, className: "grid-card" });
      layer.on("click", () => mark(id));
    },
  });
  tell();
  map.leaflet.fitBounds(layers.after.getBounds(), { padding: [24, 24] });
  legend.dataset.drawn = String(hands.size);
}

legend.addEventListener("change", tell);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-hand]");
  if (button) show(Number(button.dataset.hand));
});

draw();
