/** Points by kind: places and cases, gathered into counts where they would lie over each other. */
import { icon, make } from "./words.js";
import { latLng } from "./geometry.js";
import { still } from "./view.js";

// The mark that a count takes from what it holds: the worst one.
const WORST = ["late", "soon", "new", "done", "rest"];
const SHAPES = {
  late: '<path d="M12 2.5 22.5 21.5H1.5Z"/><path class="ink" d="M12 9v6m0 2.6v.4"/>',
  soon: '<rect x="3.5" y="3.5" width="17" height="17" rx="3"/>',
  new: '<circle cx="12" cy="12" r="9"/>',
  done: '<circle cx="12" cy="12" r="9"/><path class="ink" d="m8 12.2 2.8 2.8L16 9.6"/>',
  rest: '<circle class="ring" cx="12" cy="12" r="7.5"/>',
};

/** The mark of a state as markup: colour by class, shape by state. */
export function mark(state) {
  return `<svg viewBox="0 0 24 24" aria-hidden="true">${SHAPES[state] ?? SHAPES.rest}</svg>`;
}

export class Points {
  /** @param {{name: string, title: string, mark: string, from_zoom: number, moment?: string|null}} layer `moment`: as of which it is asked for; null: as it is now */
  constructor(map, layer, say) {
    Object.assign(this, { map, say, moment: null, ...layer });
    this.markers = new Map();
    this.loaded = null;
    this.chosen = null;
    // What the address of the queue says, when only its cases are shown.
    this.queue = "";
    // How it was in the past, given row by row; null: it is asked for.
    this.kept = null;
    // What stands in the list beside the map is reached there by keyboard, not mark by mark.
    L.MarkerCluster.mergeOptions({ keyboard: false });
    this.group = L.markerClusterGroup({
      maxClusterRadius: 42, showCoverageOnHover: false, spiderfyOnMaxZoom: true, disableClusteringAtZoom: 17,
      animate: !still,
      iconCreateFunction: (cluster) => this.#count(cluster),
    });
    this.watch = () => this.#moved();
    this.group.on("animationend", () => this.#drawn());
  }

  get moving() {
    return this.name === "cases";
  }

  async show() {
    this.shown = true;
    this.map.on("moveend", this.watch);
    await this.#moved();
  }

  hide() {
    this.shown = false;
    this.map.off("moveend", this.watch);
    this.markers.get(this.chosen)?.remove();
    this.group.remove();
    this.#drawn();
  }

  /** Asks again for everything that is in view. */
  async refresh() {
    this.loaded = null;
    if (this.shown) await this.#moved();
  }

  /** Shows these rows of a moment in the past and asks for none, until null gives the present back. */
  async past(rows) {
    this.kept = rows;
    await this.refresh();
  }

  /** Asks as of this moment from now on, until null gives the present back. @param {string|null} moment */
  async at(moment) {
    if (moment === this.moment) return;
    this.moment = moment;
    await this.refresh();
  }

  /** Asks again for one thing: it moves, changes its mark, or is gone. */
  async refreshOne(id) {
    if (this.kept || this.moment) return;
    const answer = await this.#ask(`id=${id}&${this.queue}`);
    if (!answer) return;
    const { rows } = answer;
    const known = this.markers.get(id);
    if (known) this.#drop(known);
    this.markers.delete(id);
    if (rows.length) this.#put(this.#marker(rows[0]));
    this.#drawn();
  }

  /** What the layer knows of a thing, also of one that is not in view; null when there is none. */
  async row(id) {
    return this.markers.get(id)?.options.row ?? (await this.#ask(`id=${id}`))?.rows[0] ?? null;
  }

  /** Where a thing is; null when it is nowhere. */
  async where(id) {
    const known = await this.row(id);
    return known ? [known[1], known[2]] : null;
  }

  async #ask(wish) {
    const then = this.moment ? `&as_of=${encodeURIComponent(this.moment)}` : "";
    const answer = await fetch(`/maps/layers/${this.name}.json?${wish}${then}`).catch(() => null);
    return answer?.ok ? answer.json() : null;
  }

  /** The chosen one stands for itself, never in a count. */
  choose(id) {
    const before = this.markers.get(this.chosen);
    this.chosen = id;
    for (const marker of [before, this.markers.get(id)]) {
      if (!marker) continue;
      this.#drop(marker);
      this.#put(marker.setIcon(this.#icon(marker.options.row)));
    }
  }

  #put(marker) {
    if (marker.options.row[0] === this.chosen) marker.addTo(this.map);
    else this.group.addLayer(marker);
  }

  #drop(marker) {
    this.group.removeLayer(marker);
    marker.remove();
  }

  async #moved() {
    const zoom = this.map.getZoom();
    if (zoom < this.from_zoom) {
      this.group.remove();
      return;
    }
    if (!this.map.hasLayer(this.group)) this.map.addLayer(this.group);
    if (this.kept) {
      this.#draw(this.kept);
      return;
    }
    const view = this.map.getBounds();
    if (this.loaded?.contains(view)) return;
    const asked = this.moving ? view.pad(0.3) : L.latLngBounds([-90, -180], [90, 180]);
    this.loaded = asked;
    const { queue, moment } = this;
    const answer = await this.#ask(this.moving ? `bbox=${asked.toBBoxString()}&${queue}` : "");
    // The queue was narrowed again, or the past is looked at meanwhile: another answer is on its way.
    if (queue !== this.queue || moment !== this.moment || this.kept) return;
    if (!answer) {
      this.loaded = null;
      // How it was is not known: then nothing is shown, and not the present.
      if (moment) this.#draw([]);
      return;
    }
    const { rows, more, limit } = answer;
    this.#draw(rows);
    if (more) this.map.fire("told", { words: this.say("more", { title: this.title, limit }) });
  }

  #draw(rows) {
    this.markers.get(this.chosen)?.remove();
    this.markers.clear();
    this.group.clearLayers();
    const made = rows.map((row) => this.#marker(row));
    this.group.addLayers(made.filter((marker) => marker.options.row[0] !== this.chosen));
    const chosen = this.markers.get(this.chosen);
    if (chosen) this.#put(chosen);
    this.#drawn();
  }

  /** The names of the map make room for marks, so they are told where these stand. */
  #drawn() {
    this.map.fire("marked");
  }

  #marker(row) {
    // Places may have a mark and words of their own: how a vessel is, and when it was heard.
    const [id, lon, lat, state, name, number] = this.moving ? row : [row[0], row[1], row[2], row[6] ?? null, row[3]];
    const marker = L.marker(latLng([lon, lat]), { icon: this.#icon(row), keyboard: false, row, state });
    const kind = this.moving ? "case" : "place";
    marker.on("click", () => this.map.fire("point", { kind, id, layer: this.name, at: [lon, lat], name }));
    const lines = [make("strong", "", name), make("span", "", this.moving ? `${number} · ${this.say(state)}` : row[7] ?? this.title)];
    marker.bindTooltip(make("div", "card-lines", ...lines), { className: "grid-card", direction: "top", offset: [0, -10], opacity: 1 });
    this.markers.set(id, marker);
    return marker;
  }

  #icon(row) {
    const chosen = row[0] === this.chosen ? " chosen" : "";
    if (this.moving) {
      return L.divIcon({ className: `pin ${row[3]}${chosen}`, html: mark(row[3]), iconSize: chosen ? [28, 28] : [20, 20] });
    }
    return L.divIcon({ className: `spot ${this.name} ${row[6] ?? ""}${chosen}`, html: make("i", "", icon(this.mark)), iconSize: [24, 24] });
  }

  #count(cluster) {
    const inside = cluster.getAllChildMarkers().map((each) => each.options.state);
    const state = WORST.find((each) => inside.includes(each));
    const size = inside.length < 10 ? 28 : inside.length < 100 ? 32 : 40;
    return L.divIcon({ className: `heap ${state || "places"}${inside.length < 100 ? "" : " many"}`, html: make("b", "", String(inside.length)), iconSize: [size, size] });
  }
}
