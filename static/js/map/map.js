/**
 * The map of a page. Leaflet and markercluster are there as `L` (templates/parts/map_head.html loads them first).
 *
 *   const map = createMap(element);      the element comes from templates/parts/map.html and holds the options
 *   await map.ready                      the outlines are drawn
 *   map.leaflet                          the L.Map underneath
 *   map.outlines                         .at([lon, lat]) -> grid or null; .toBorder(id, at) metres; .all; .choose(id)
 *   map.go([lon, lat], zoom)             shows a place;  map.fit(gridId) shows a grid;  map.fit() shows all
 *   map.select({ kind, id })             as if it was clicked in a list; kinds: "grid", "case", "place"
 *   map.points("cases")                  a layer of the table: .show() .hide() .refresh() .refreshOne(id)
 *   map.addPoints({ name, title, mark, from_zoom })   a further layer of /maps/layers/<name>.json
 *   map.pickPoint({ at, accuracy, moved })  a pin to be placed by hand: moved([lon, lat], { title, words, grid }) is
 *                                        called at once and after every move; answers { move(at, accuracy), end() }
 *   map.place                            where the person is: .start(), .at, .accuracy
 *   map.on("placed", ({ at, accuracy, title, words, grid }) => ...)   position found, in words
 *   map.on("unplaced", ({ words }) => ...)   no position, and why
 *   map.on("held", ({ at }) => ...)      a long press or the right button
 *   map.on("area", ({ area, place }) => ...)   an area was drawn (corners as the queue's address says them), a grid was taken
 *                                        (its code), or neither: the area is to go
 *   map.narrow("show=open&area=...")     shows the cases that the queue of this address names, and its area;  map.narrow(""): all
 *   map.asOf("2026-01-31")               the borders of that day; map.asOf(null): those in force
 *   The option `as_of` of a page of the past: borders, counts and layers are those of that moment, without news.
 *   map.past({ cases: rows, ... }, load, moment)  how it was: these rows of these layers, [grid, open, late, null] of the grids, other
 *                                        layers as they are told of that moment, no news. map.past(null): the present again
 *
 * Selecting goes through `document`: the map sends and hears `wangge:select` with detail {kind, id}. News go there too:
 * `wangge:case` {id} renews one point and the counts, `wangge:reload` everything.
 */
import { Area } from "./area.js";
import { Areas } from "./areas.js";
import { BaseMap } from "./base.js";
import { hasCard, openCard } from "./card.js";
import { Outlines } from "./grids.js";
import { Labels } from "./labels.js";
import { Legend } from "./legend.js";
import { pickPoint } from "./pick.js";
import { Place } from "./place.js";
import { Points } from "./points.js";
import { addTools } from "./tools.js";
import { View, leafletOf } from "./view.js";
import { speaker } from "./words.js";
import { tell } from "../requests.js";

const AREAS = "/maps/layers/grids.json";
const LOADS = "/maps/layers/counts.json";

/** @param {HTMLElement} element @param {object} [more] options that go before those of the element */
export function createMap(element, more = {}) {
  return new Wangge(element, { ...JSON.parse(element.dataset.map), ...more });
}

class Wangge {
  constructor(element, options) {
    this.options = options;
    this.say = speaker(element);
    this.busy = 0;
    // The moment of a page of the past; null: it is now.
    this.moment = options.as_of ?? null;
    this.leaflet = leafletOf(element);
    this.outlines = new Outlines(this.leaflet, this.say);
    this.labels = new Labels(this.leaflet, this.outlines, () => this.points("cases")?.shown);
    this.base = new BaseMap(this.leaflet, options, this.say);
    this.view = new View(this.leaflet, this.outlines, this.base, options.room);
    this.place = new Place(this.leaflet, this.outlines, this.say);
    this.layers = new Map();
    for (const [name, title, mark, from_zoom] of options.layers) this.addPoints({ name, title, mark, from_zoom });
    for (const [name, title, look] of options.areas) this.layers.set(name, new Areas(this.leaflet, { name, title, look, moment: this.moment }));
    this.area = new Area(this.leaflet, this.outlines, this.say);
    addTools(this.leaflet, { say: this.say, place: this.place, whole: () => this.fit(), sheet: () => this.view.sheet(), area: this.area }, options.tools);
    this.#listen();
    this.ready = this.#begin();
  }

  async #begin() {
    try {
      await this.outlines.draw(this.options.set ? `${AREAS}?set=${this.options.set}` : this.#then(AREAS));
    } catch {
      tell(this.say("grids_failed"));
      return this;
    }
    this.outlines.mine = new Set(this.options.mine);
    this.view.frame();
    this.view.fit(this.options.grid, false);
    if (this.options.grid) this.outlines.choose(this.options.grid);
    if (this.options.counts) await this.recount();
    await Promise.all(this.options.show.map((name) => this.layers.get(name)?.show()));
    this.labels.place();
    if (this.options.legend) {
      const layers = [...this.layers.values()];
      this.legend = new Legend(this.leaflet, { ...this, layers, counts: this.options.counts, open: this.options.legend === "open" && !matchMedia("(width < 768px)").matches });
    }
    return this;
  }

  #listen() {
    const { leaflet } = this;
    const quiet = ({ on }) => (this.busy += on ? 1 : -1);
    leaflet.on("picking measuring drawing", quiet);
    leaflet.on("grid", ({ id }) => this.busy || this.#send("grid", id));
    leaflet.on("point", ({ kind, id, at, layer }) => {
      if (this.busy) return;
      if (kind === "case") this.#send(kind, id);
      else if (hasCard(layer)) openCard(leaflet, { layer, id, at }, this.say("card_failed"));
      else this.go(at);
    });
    leaflet.on("told", ({ words }) => tell(words));
    leaflet.on("based", ({ name }) => {
      if (name !== "places") return;
      this.labels.names = this.base.names;
      this.labels.place();
    });
    leaflet.on("contextmenu", ({ latlng }) => leaflet.fire("held", { at: [latlng.lng, latlng.lat] }));
    document.addEventListener("wangge:select", ({ detail }) => detail.from !== this && this.select(detail));
    document.addEventListener("wangge:case", ({ detail }) => this.#changed(detail.id));
    document.addEventListener("wangge:reload", () => this.#changed(null));
    for (const news of ["danger_zone", "reload"]) document.addEventListener(`wangge:${news}`, () => this.layers.get("danger_zones")?.refresh());
  }

  #send(kind, id) {
    this.#mark(kind, id);
    document.dispatchEvent(new CustomEvent("wangge:select", { detail: { kind, id, from: this } }));
  }

  async select({ kind, id, at }) {
    await this.ready;
    this.#mark(kind, id);
    if (kind === "grid" && id) this.fit(id);
    const where = at ?? (kind === "case" ? await this.points("cases")?.where(id) : null);
    if (!where) return;
    this.go(where, Math.max(this.leaflet.getZoom(), 14.5));
    if (kind === "case") this.#mark("grid", this.outlines.at(where)?.id ?? null);
  }

  #mark(kind, id) {
    if (kind === "grid") this.outlines.choose(id);
    if (kind === "case") {
      const points = this.points("cases");
      points?.choose(id);
      this.outlines.choose(points?.markers.get(id)?.options.row[6] ?? null);
    }
    this.labels.place();
  }

  async #changed(id) {
    if (this.before || this.moment) return;
    const points = this.points("cases");
    if (points?.shown) await (id === null ? points.refresh() : points.refreshOne(id));
    if (this.options.counts) await this.recount();
  }

  /** Asks again for the open cases of every grid. */
  async recount() {
    const answer = await fetch(this.#then(LOADS)).catch(() => null);
    if (!answer?.ok) return;
    this.outlines.setLoad((await answer.json()).rows);
    this.labels.place();
  }

  /** The cases on the map are those of the queue. @param {string} said what its address says, without the page one has come to */
  narrow(said) {
    const points = this.points("cases");
    if (!points || points.queue === said) return;
    points.queue = said;
    points.refresh();
    this.area.show(new URLSearchParams(said).get("area"));
    // The open cases of a whole grid would be another number than the marks beside it.
    this.labels.counts = !said;
    this.labels.place();
  }

  async asOf(day) {
    const own = this.options.set ? `${AREAS}?set=${this.options.set}` : AREAS;
    await this.outlines.draw(day ? `${AREAS}?at=${day}` : own);
    this.labels.place();
    this.legend?.fill();
    return this.outlines.all.size;
  }

  async past(rows, load = [], moment = null) {
    const layers = [...this.layers.values()];
    if (rows) this.before ??= layers.filter((layer) => layer.shown);
    for (const layer of layers) if (!rows?.[layer.name]) layer.at(rows && moment);
    this.leaflet.getContainer().classList.toggle("is-past", Boolean(rows));
    if (rows) {
      await Promise.all(layers.map((layer) => rows[layer.name] && layer.past(rows[layer.name])));
      for (const layer of layers) if (rows[layer.name] && !layer.shown) layer.show();
      this.outlines.setLoad(load);
    } else if (this.before) {
      const shown = this.before;
      this.before = null;
      for (const layer of layers) {
        if (layer.kept) layer.kept = layer.loaded = null;
        if (Boolean(layer.shown) !== shown.includes(layer)) await (layer.shown ? layer.hide() : layer.show());
        else if (layer.shown) layer.refresh();
      }
      await this.recount();
    }
    this.labels.counts = Boolean(rows) || !this.points("cases")?.queue;
    this.labels.place();
  }

  #then(address) {
    return this.moment ? `${address}?as_of=${encodeURIComponent(this.moment)}` : address;
  }

  addPoints(layer) {
    const points = new Points(this.leaflet, { ...layer, moment: this.moment }, this.say);
    this.layers.set(layer.name, points);
    return points;
  }

  points(name) {
    return this.layers.get(name);
  }

  pickPoint(options = {}) {
    return pickPoint(this.leaflet, this.outlines, this.say, options);
  }

  go(at, zoom) {
    this.view.go(at, zoom);
  }

  fit(id) {
    this.view.fit(id);
  }

  on(name, heard) {
    this.leaflet.on(name, heard);
    return this;
  }
}
