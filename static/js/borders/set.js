/** The page of a boundary set: its borders, and over them the ground that changes hands, found from the list. */
import { createMap } from "../map/map.js";
import { make, token } from "../map/words.js";

const NEAR = 17;

const holder = document.querySelector("[data-set]");
const map = createMap(document.getElementById("map"), { set: Number(holder.dataset.set) });
/** @type {Map<number, L.Layer>} */
const hands = new Map();

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

async function draw(address) {
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) return;
  const drawing = await answer.json();
  await map.ready.catch(() => null);
  const style = { color: token("late"), weight: 2, fillColor: token("late"), fillOpacity: 0.35 };
  const layer = L.geoJSON(drawing, {
    style,
    onEachFeature: ({ id, properties: { before, after } }, each) => {
      hands.set(id, each);
      each.bindTooltip(make("span", "", `${before ?? "–"} → ${after ?? "–"}`), { sticky: true, opacity: 1, className: "grid-card" });
      each.on("click", () => mark(id));
    },
  }).addTo(map.leaflet);
  if (drawing.features.length) map.leaflet.fitBounds(layer.getBounds(), { maxZoom: 15, padding: [60, 60] });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-hand]");
  if (button) show(Number(button.dataset.hand));
});

if (holder.dataset.differences) draw(holder.dataset.differences);
