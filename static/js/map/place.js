/** Where am I: a point with its circle of doubt, the grid in words, and how far its border is. */
import { latLng } from "./geometry.js";
import { distance } from "./words.js";

// Stored outlines for maps are this many metres rough.
const ROUGH = 8;

/** What a position means: the words of it, and the grid. @returns {{title: string, words: string, grid: object|null}} */
export function means(outlines, at, accuracy, say) {
  const far = (metres) => distance(say, metres);
  const sure = accuracy === null ? "" : ` · ${say("accuracy", { distance: far(accuracy) })}`;
  const grid = outlines.at(at);
  if (!grid) {
    const near = outlines.nearest(at);
    const title = say("outside");
    return { title, words: near ? say("nearest", { name: near.grid.name, distance: far(near.away) }) + sure : sure, grid: null };
  }
  const away = outlines.toBorder(grid.id, at);
  const close = away < ROUGH + (accuracy ?? 0) ? "near_border" : "inside";
  return { title: grid.name, words: say(close, { distance: far(away) }) + sure, grid };
}

export class Place {
  constructor(map, outlines, say) {
    Object.assign(this, { map, outlines, say, at: null, accuracy: null });
    this.circle = L.circle([0, 0], { radius: 0, className: "doubt", interactive: false, renderer: L.svg() });
    this.dot = L.marker([0, 0], { icon: L.divIcon({ className: "me", iconSize: [18, 18] }), keyboard: false, interactive: false, zIndexOffset: 1000 });
  }

  /** Follows the position; the map goes to the first one. Words of failure are told. */
  start({ go = true } = {}) {
    this.go = go;
    if (this.watching !== undefined) {
      if (this.at) this.map.setView(latLng(this.at), Math.max(this.map.getZoom(), 15));
      return;
    }
    if (!navigator.geolocation) {
      this.map.fire("told", { words: this.say("no_position") });
      return;
    }
    this.watching = navigator.geolocation.watchPosition(
      (found) => this.set([found.coords.longitude, found.coords.latitude], found.coords.accuracy),
      (error) => this.#failed(error),
      { enableHighAccuracy: true, maximumAge: 5000, timeout: 20000 },
    );
  }

  stop() {
    navigator.geolocation?.clearWatch(this.watching);
    this.watching = undefined;
  }

  /** The position is here now. @param {[number, number]} at @param {number|null} accuracy metres */
  set(at, accuracy) {
    const first = this.at === null;
    this.at = at;
    this.accuracy = accuracy;
    this.circle.setLatLng(latLng(at)).setRadius(accuracy ?? 0).addTo(this.map);
    this.dot.setLatLng(latLng(at)).addTo(this.map);
    const meaning = means(this.outlines, at, accuracy, this.say);
    // A position that the map does not reach is said in words; the map stays with the grids.
    const reached = this.map.options.maxBounds?.contains(latLng(at)) ?? true;
    if (first && this.go && reached) this.map.setView(latLng(at), Math.max(this.map.getZoom(), 15.5), { animate: false });
    this.map.fire("placed", { at, accuracy, ...meaning });
  }

  #failed(error) {
    this.stop();
    const words = this.say(error.code === error.PERMISSION_DENIED ? "position_refused" : "no_position");
    this.map.fire("told", { words });
    this.map.fire("unplaced", { words });
  }
}
