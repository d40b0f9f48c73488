/** The map of a danger zone: what was drawn, a place to choose, an area to draw by hand; fields by kind. */
import { corners } from "../map/area.js";
import { createMap } from "../map/map.js";

const form = document.querySelector("[data-danger-form]");
const field = form?.querySelector("[data-corners]");

/** Only the fields that the chosen kind needs are there; without this module all of them are. */
function byKind() {
  const kind = form.querySelector("[data-danger-kind]");
  if (!kind) return;
  const fit = () => {
    for (const part of form.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(kind.value);
  };
  kind.addEventListener("change", fit);
  fit();
}

const drawn = {
  zone: () => ({ className: "danger-zone" }),
  level: ({ name }) => ({ className: `danger-level ${name}` }),
  way: ({ name }) => ({ className: `danger-way ${name}` }),
};

const circles = { source: 7, muster: 8, edge: 8 };

/** Shapes and points of the page on the map. */
function draw(map, said) {
  return L.geoJSON(JSON.parse(said.textContent), {
    renderer: L.svg(),
    interactive: false,
    style: ({ properties }) => drawn[properties.what]?.(properties) ?? {},
    pointToLayer: ({ properties }, at) => L.circleMarker(at, { renderer: L.svg(), radius: circles[properties.what] ?? 6, interactive: false, className: `danger-${properties.what}` }),
  }).addTo(map.leaflet);
}

/** What the page says is drawn. @param {object} map @param {HTMLElement} box */
function show(map, box) {
  const said = box.querySelector("[data-drawn]");
  if (!said) return;
  const shapes = draw(map, said);
  const zone = L.featureGroup(shapes.getLayers().filter(({ feature }) => feature.properties.what !== "level"));
  map.leaflet.fitBounds(zone.getBounds(), { padding: [24, 24], maxZoom: 17 });
}

/** The place is a pin that fills in its degrees. */
function pick(map) {
  const [lon, lat] = ["lon", "lat"].map((name) => form.elements[name]);
  const typed = lon.value && lat.value ? [Number(lon.value), Number(lat.value)] : null;
  const { lng, lat: north } = map.leaflet.getCenter();
  map.pickPoint({
    at: typed ?? [lng, north],
    moved: ([east, up]) => {
      lon.value = east.toFixed(6);
      lat.value = up.toFixed(6);
    },
  });
  if (typed) map.go(typed, 15);
}

/** What is drawn by hand stands in its field as lines. */
function draws(map) {
  map.on("area", ({ area }) => {
    field.value = area ? corners(area).map(([lon, lat]) => `${lon} ${lat}`).join("\n") : "";
    for (let part = field.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    map.area.show(area);
    field.scrollIntoView({ block: "nearest" });
  });
}

if (form) byKind();
for (const box of document.querySelectorAll("[data-danger-map]")) {
  const map = createMap(box.querySelector("[data-map]"));
  map.ready.then(() => {
    show(map, box);
    // What comes later, with a part of the page, is drawn beside it.
    let late = null;
    const more = () => {
      const said = document.querySelector("[data-more]");
      if (!said || !("drawsMore" in box.dataset)) return;
      late?.remove();
      late = draw(map, said);
    };
    document.addEventListener("htmx:afterSettle", more);
    more();
    if ("picks" in box.dataset) pick(map);
    if ("draws" in box.dataset) draws(map);
  });
}
