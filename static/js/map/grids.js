/** The outlines of the grids: four hues, one chosen, the rest dimmed; and which grid a point is in. */
import { box, inside, latLng, toBorder } from "./geometry.js";
import { make, token } from "./words.js";

const LOADS = [0, 1, 3, 6, 10];
const LATES = [0, 1, 2, 4, 7];

/** Which step of a ramp a number stands on: 0 for none. */
export function step(steps, number) {
  return steps.findLastIndex((least) => number >= least);
}

export class Outlines {
  constructor(map, say) {
    this.map = map;
    this.say = say;
    this.all = new Map();
    this.load = new Map();
    this.given = new Map();
    this.chosen = null;
    this.mine = new Set();
    this.by = "kind";
    this.canvas = L.canvas({ padding: 0.4, tolerance: 4 });
    this.layer = null;
  }

  /** Draws the outlines in force, or those of a day. @param {string} address */
  async draw(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${answer.status} ${address}`);
    const { features } = await answer.json();
    this.layer?.remove();
    this.all.clear();
    this.layer = L.geoJSON(features, {
      renderer: this.canvas, smoothFactor: 0.7, style: (each) => this.#style(each.id),
      onEachFeature: (feature, layer) => this.#keep(feature, layer),
    }).addTo(this.map);
    this.choose(this.chosen);
  }

  #keep({ id, properties, geometry }, layer) {
    const rings = geometry.coordinates;
    this.all.set(id, { id, ...properties, rings, edges: box(rings), layer });
    layer.on("click", (event) => {
      L.DomEvent.stop(event);
      this.map.fire("grid", { id, latlng: event.latlng });
    });
    layer.bindTooltip(() => this.card(id), { sticky: true, opacity: 1, className: "grid-card" });
  }

  /** A few lines about a grid, as nodes. */
  card(id) {
    const { name, kind, community } = this.all.get(id);
    const { open, late, worker } = this.load.get(id) ?? {};
    const lines = [make("strong", "", name), make("span", "", `${this.say(kind)} · ${community ?? ""}`)];
    if (worker) lines.push(make("span", "", this.say("worker", { name: worker })));
    if (this.given.has(id)) lines.push(make("span", "", this.given.get(id).words));
    if (open !== undefined) lines.push(make("span", "", this.say(late ? "open_late" : "open", { open, late })));
    return make("div", "card-lines", ...lines);
  }

  /** Open and late cases and the worker of each grid. @param {[number, number, number, string|null][]} rows */
  setLoad(rows) {
    for (const id of this.all.keys()) this.load.set(id, { open: 0, late: 0, worker: null });
    for (const [id, open, late, worker] of rows) this.load.set(id, { open, late, worker });
    this.restyle();
  }

  /** Each grid has a shade of its own, 0 to 4, with what it says. @param {Map<number, {shade: number, words: string}>} given */
  shade(given) {
    Object.assign(this, { given, by: "given" });
    this.restyle();
  }

  restyle() {
    this.layer?.setStyle((each) => this.#style(each.id));
    this.#lift();
  }

  /** One grid is chosen (null: none); the others step back. */
  choose(id) {
    this.chosen = this.all.has(id) ? id : null;
    this.restyle();
  }

  #lift() {
    for (const id of [...this.mine, this.chosen]) this.all.get(id)?.layer.bringToFront();
  }

  #style(id) {
    const { kind } = this.all.get(id) ?? { kind: this.layer?.options.kind };
    const hue = token(kind ?? "ink2");
    const own = this.mine.has(id);
    const dim = this.chosen !== null && this.chosen !== id;
    const style = { color: hue, weight: own ? 3 : 1.5, opacity: dim && !own ? 0.45 : 1, fillColor: hue, fillOpacity: dim ? 0.04 : 0.1 };
    if (this.by !== "kind") Object.assign(style, this.#ramp(id), { color: token("ink2"), weight: own ? 3 : 1 });
    if (this.chosen === id) Object.assign(style, { weight: 4, opacity: 1, fillOpacity: Math.max(0.18, style.fillOpacity) });
    return style;
  }

  #ramp(id) {
    if (this.by === "given") return { fillColor: token("brand"), fillOpacity: [0.02, 0.16, 0.32, 0.48, 0.64][this.given.get(id)?.shade ?? 0] };
    const { open = 0, late = 0 } = this.load.get(id) ?? {};
    const [at, hue] = this.by === "load" ? [step(LOADS, open), "ink"] : [step(LATES, late), "late"];
    return { fillColor: token(hue), fillOpacity: [0.02, 0.14, 0.28, 0.44, 0.6][at] };
  }

  /** The grid a point is in, by the order that holds everywhere; null outside. @param {[number, number]} at */
  at(at) {
    const order = ["industry", "relocated", "village", "community"];
    const found = [...this.all.values()].filter(({ edges: [w, s, e, n], rings }) =>
      at[0] >= w && at[0] <= e && at[1] >= s && at[1] <= n && inside(at, rings));
    found.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || (a.code < b.code ? -1 : 1));
    return found[0] ?? null;
  }

  /** The grid nearest to a point outside, and how far its border is in metres. */
  nearest(at) {
    let best = null;
    for (const grid of this.all.values()) {
      const away = toBorder(at, grid.rings);
      if (!best || away < best.away) best = { grid, away };
    }
    return best;
  }

  /** Metres from a point to the border of a grid. */
  toBorder(id, at) {
    return toBorder(at, this.all.get(id).rings);
  }

  /** The bounds of one grid, or of all. */
  bounds(id) {
    const layer = this.all.get(id)?.layer ?? this.layer;
    return layer.getBounds();
  }

  /** How many grids of each kind there are. */
  kinds() {
    const counted = new Map();
    for (const { kind } of this.all.values()) counted.set(kind, (counted.get(kind) ?? 0) + 1);
    return counted;
  }

  get ramp() {
    return this.by === "load" ? LOADS : LATES;
  }

  middle(id) {
    return latLng(this.all.get(id).at);
  }
}
