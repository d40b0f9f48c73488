/** Where the map looks: never past its ground, and always at what it was asked for last. */
import { latLng } from "./geometry.js";

/** Whoever asks for less motion gets a map that is there at once. */
export const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

// From here on grids are small on the screen, and so are marks.
const FAR = 13.5;

// The legend stands at the left of a printed sheet.
const BESIDE_LEGEND = { paddingTopLeft: [200, 16], paddingBottomRight: [16, 16] };

// Where the built-in map lies, until the grids say where they are.
const BEGIN = [37.7, 121.07];

/** A Leaflet map for the element, without its own controls. @param {HTMLElement} element */
export function leafletOf(element) {
  const map = L.map(element, {
    zoomControl: false, zoomSnap: 0.125, zoomDelta: 0.5, wheelPxPerZoomLevel: 120, minZoom: 9, maxZoom: 19, preferCanvas: true,
    attributionControl: false, tapHold: true, bounceAtZoomLimits: false,
    fadeAnimation: !still, zoomAnimation: !still, markerZoomAnimation: !still, inertia: !still,
  }).setView(BEGIN, 12.5);
  L.control.attribution({ prefix: false, position: "bottomright" }).addTo(map);
  const far = () => element.classList.toggle("far", map.getZoom() < FAR);
  map.on("zoomend", far);
  far();
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(element);
  return map;
}

export class View {
  /** @param {[number, number, number, number]} room pixels kept free above, right, below and left */
  constructor(map, outlines, base, room) {
    Object.assign(this, { map, outlines, base, room, least: 0, zooming: false });
    // Not by `minZoom`: clusters of points lose their single points where that is no whole number.
    map._limitZoom = (zoom) => Math.max(this.least, L.Map.prototype._limitZoom.call(map, zoom));
    map.on("based", ({ name }) => name === "context" && this.frame());
    map.on("resize", () => this.frame());
    map.on("zoomanim", () => (this.zooming = true));
    map.on("zoomend", () => (this.zooming = false));
    addEventListener("beforeprint", () => document.body.classList.contains("prints") || this.fit());
  }

  /** Nobody gets lost: the map ends where the built-in map ends, unless the grids lie elsewhere. */
  frame() {
    const { map, outlines } = this;
    if (!outlines.all.size) return;
    const { edge } = this.base;
    const whole = outlines.bounds();
    const known = edge?.contains(whole);
    map.setMaxBounds(known ? edge : whole.pad(1.2));
    this.least = known ? Math.min(map.getBoundsZoom(edge, true), map.getBoundsZoom(whole)) : 0;
  }

  /** Looks at a place. @param {[number, number]} at */
  go(at, zoom = this.map.getZoom()) {
    this.#look(() => this.map.setView(latLng(at), zoom, still ? { animate: false } : {}));
  }

  /** Looks at one grid, or at all of them. */
  fit(id, animate = true) {
    if (!this.outlines.all.size) return;
    const [top, right, bottom, left] = this.room;
    const room = { paddingTopLeft: [left, top], paddingBottomRight: [right, bottom], maxZoom: 16, animate: animate && !still };
    this.#look(() => this.map.fitBounds(this.outlines.bounds(id), room));
  }

  /** Looks at all grids at once, beside the legend of a printed sheet. */
  sheet() {
    if (this.outlines.all.size) this.map.fitBounds(this.outlines.bounds(), { ...BESIDE_LEGEND, animate: false });
  }

  /** Leaflet forgets what it is asked while it zooms; so it is asked again when it is there. */
  #look(deed) {
    if (this.zooming) this.map.once("zoomend", deed);
    else deed();
  }
}
