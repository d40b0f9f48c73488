/** What lies under everything: the built-in map of the house, or a raster source that falls back to it. */
import { token } from "./words.js";
import { shifted } from "./datum.js";

const ERRORS_BORNE = 2;
const LAND = ["farmland", "orchard", "forest", "industrial", "residential", "village", "park", "beach"];
// Width of a road in pixels at zoom 14; it grows by a third with each step.
const ROADS = { primary: 5, secondary: 4, tertiary: 3, residential: 1.6, service: 1.2, track: 0.8 };

export class BaseMap {
  /** @param {L.Map} map @param {{base: [string, string, number][], rasters: object[]}} options */
  constructor(map, options, say) {
    this.map = map;
    this.say = say;
    this.parts = options.base;
    this.rasters = options.rasters;
    const pane = map.createPane("base");
    pane.setAttribute("aria-hidden", "true");
    this.canvas = L.canvas({ pane: "base", padding: 0.4 });
    this.built = L.layerGroup();
    this.names = [];
    this.raster = null;
    /** How far the built-in map reaches, once it is known. */
    this.edge = null;
    this.asked = new Set();
    map.on("zoomend", () => this.#zoomed());
    this.use("built-in");
  }

  /** Shows a base map by name; unknown names and failing tiles end at the built-in one. */
  use(name) {
    this.raster?.remove();
    this.raster = null;
    const source = this.rasters.find((each) => each.name === name);
    this.chosen = source ? name : "built-in";
    if (source) {
      this.built.remove();
      this.raster = this.#tiles(source).addTo(this.map);
    } else this.built.addTo(this.map);
    this.#zoomed();
    this.map.fire("basemap", { name: this.chosen });
  }

  #tiles(source) {
    const options = {
      pane: "tilePane", subdomains: source.subdomains, attribution: source.attribution,
      maxNativeZoom: source.max_zoom, maxZoom: this.map.getMaxZoom(), className: "raster",
    };
    const kind = source.datum === "gcj02" ? shifted() : L.TileLayer;
    const group = L.layerGroup([source.url, source.labels].filter(Boolean).map((url) => new kind(url, options)));
    let failed = 0;
    group.eachLayer((layer) => layer.on("tileerror", () => {
      failed += 1;
      if (failed !== ERRORS_BORNE || this.chosen !== source.name) return;
      this.use("built-in");
      this.map.fire("told", { words: this.say("tiles_failed", { title: source.title }) });
    }));
    return group;
  }

  #zoomed() {
    if (this.raster) return;
    const zoom = this.map.getZoom() ?? 0;
    for (const [name, tag, from] of this.parts) {
      if (zoom >= from && !this.asked.has(name)) {
        this.asked.add(name);
        this.#ask(name, tag);
      }
    }
    this.built.eachLayer((layer) => {
      const { drawn } = layer.options;
      if (!drawn?.cls) return;
      layer.setStyle(road(drawn.cls, drawn.casing, zoom));
    });
  }

  async #ask(name, tag) {
    const answer = await fetch(`/maps/base/${name}.json?v=${tag}`).catch(() => null);
    if (!answer?.ok) {
      this.asked.delete(name);
      return;
    }
    const features = walked(await answer.json());
    if (name === "places") {
      this.names = features.map(({ geometry, properties }) => ({ at: geometry.coordinates, ...properties }));
    } else this.#draw(name, features);
    if (name === "context") this.edge = L.geoJSON(features).getBounds();
    this.map.fire("based", { name });
  }

  #draw(name, features) {
    const zoom = this.map.getZoom() ?? 13;
    const roads = features.filter((each) => each.properties.cls);
    const areas = features.filter((each) => !each.properties.cls);
    if (areas.length) this.#add(areas, (each) => ground(name, each), {}, this.parts.findIndex(([part]) => part === name));
    for (const casing of [true, false]) {
      for (const cls of Object.keys(ROADS).reverse()) {
        const same = roads.filter((each) => each.properties.cls === cls);
        const order = 20 + (casing ? 0 : 10) - Object.keys(ROADS).indexOf(cls);
        if (same.length) this.#add(same, () => road(cls, casing, zoom), { cls, casing }, order);
      }
    }
  }

  #add(features, style, drawn, order) {
    const layer = L.geoJSON(features, {
      renderer: this.canvas, pane: "base", interactive: false, style, drawn: { ...drawn, order }, smoothFactor: 1.2,
    });
    this.built.addLayer(layer);
    // Parts arrive in any order; they are drawn from the ground up.
    const layers = this.built.getLayers().sort((a, b) => a.options.drawn.order - b.options.drawn.order);
    if (!this.raster) layers.forEach((each) => each.bringToFront());
  }
}

/** Features as GeoJSON has them: their lines are sent as steps, each from where the one before it ended. */
function walked({ step, features }) {
  let [x, y] = [0, 0];
  const line = (steps) => Array.from({ length: steps.length / 2 }, (_, at) => {
    x += steps[2 * at];
    y += steps[2 * at + 1];
    return [x * step, y * step];
  });
  const lines = (part) => (typeof part[0] === "number" ? line(part) : part.map(lines));
  for (const { geometry } of features) {
    if (geometry.type !== "Point") geometry.coordinates = lines(geometry.coordinates);
  }
  return features;
}

function ground(name, { properties, geometry }) {
  const kind = properties.kind;
  if (name === "water" && geometry.type.endsWith("LineString")) return { color: token("map-water"), weight: 1.5 };
  const colours = { sea: "map-sea", neighbour_land: "map-beyond", reservoir: "map-water" };
  const colour = token(colours[kind] ?? (name === "forests" ? "map-forest" : `map-${LAND.includes(kind) ? kind : "farmland"}`));
  return { stroke: false, fillColor: colour, fillOpacity: name === "forests" ? 0.6 : 1 };
}

function road(cls, casing, zoom) {
  const width = ROADS[cls] * Math.pow(1.33, zoom - 14);
  const colour = casing ? `map-casing${cls === "primary" ? "-main" : ""}` : cls === "track" ? "map-track" : `map-road${cls === "primary" ? "-main" : ""}`;
  return {
    color: token(colour), weight: casing ? width + 1.6 : width, lineCap: "round", lineJoin: "round",
    opacity: cls === "track" && casing ? 0 : 1, fill: false,
  };
}
