/** The corners of one border on the map: dragged, put in between, or moved with the keyboard. */
import { latLng } from "../map/geometry.js";

const METRES_PER_DEGREE = 111320;
// Pixels between two corners from which a new one can be put between them with the pointer.
const ROOM = 28;
const TURNS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/** A point so many metres away. @param {[number, number]} at */
export function shifted([lon, lat], east, north) {
  return [lon + east / METRES_PER_DEGREE / Math.cos((lat * Math.PI) / 180), lat + north / METRES_PER_DEGREE];
}

const drawn = (name, size) => L.divIcon({ className: `corner ${name}`, iconSize: [size, size] });

export class Corners {
  /**
   * @param {L.Map} map
   * @param {import("./lines.js").Lines} lines
   * @param {{chosen: (place: number) => void, changed: () => void, began: () => void, title: (place: number) => string, between: string}} heard
   */
  constructor(map, lines, heard) {
    Object.assign(this, { map, lines, heard, arc: null, place: null });
    this.layer = L.layerGroup().addTo(map);
    this.markers = [];
    map.on("zoomend", () => this.show(this.arc, this.place));
  }

  /** Shows the corners of a border (null: of none) and chooses one. */
  show(arc, place = null) {
    this.layer.clearLayers();
    this.markers = [];
    this.arc = arc;
    this.place = place;
    if (arc === null) return;
    this.markers = this.lines.now[arc].map((corner, each) => this.#corner(corner, each));
    for (let each = 1; each < this.markers.length; each++) this.#between(each);
    this.choose(place);
  }

  #corner({ at }, place) {
    const end = this.lines.isEnd(this.arc, place);
    const words = this.heard.title(place);
    const marker = L.marker(latLng(at), {
      icon: drawn(end ? "end" : "", end ? 10 : 14), draggable: !end, keyboard: true, title: words, alt: words, zIndexOffset: 500,
    }).addTo(this.layer);
    marker.on("click", () => this.heard.chosen(place));
    marker.on("dragstart", () => {
      this.heard.chosen(place);
      this.lines.remember(this.arc);
      this.heard.began();
    });
    marker.on("drag", ({ latlng }) => {
      this.lines.move(this.arc, place, [latlng.lng, latlng.lat]);
      this.heard.changed();
    });
    marker.on("dragend", () => this.show(this.arc, place));
    const element = marker.getElement();
    element.addEventListener("focus", () => this.heard.chosen(place));
    element.addEventListener("keydown", (event) => this.#pressed(event));
    return marker;
  }

  #between(place) {
    const [a, b] = [this.lines.now[this.arc][place - 1].at, this.lines.now[this.arc][place].at];
    const middle = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    const [from, to] = [a, b].map((each) => this.map.latLngToContainerPoint(latLng(each)));
    if (from.distanceTo(to) < ROOM) return;
    L.marker(latLng(middle), { icon: drawn("between", 8), keyboard: false, title: this.heard.between }).addTo(this.layer)
      .on("click", () => this.insert(place));
  }

  #pressed(event) {
    const turn = TURNS[event.key];
    if (turn) {
      const metres = event.shiftKey ? 10 : 1;
      this.nudge(turn[0] * metres, turn[1] * metres);
    } else if (event.key === "Delete" || event.key === "Backspace") this.remove();
    else if (event.key === "Insert" || event.key === "+") this.insert((this.place ?? 0) + 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** One corner is the chosen one. */
  choose(place) {
    this.place = place;
    this.markers.forEach((marker, each) => marker.getElement()?.classList.toggle("chosen", each === place));
  }

  /** The chosen corner moves so many metres. */
  nudge(east, north) {
    if (this.place === null || this.lines.isEnd(this.arc, this.place)) return;
    this.lines.remember(this.arc);
    this.lines.move(this.arc, this.place, shifted(this.lines.now[this.arc][this.place].at, east, north));
    this.#again(this.place);
  }

  /** A new corner stands before the corner of this number. */
  insert(place) {
    const line = this.lines.now[this.arc];
    if (place < 1 || place >= line.length) return;
    const [a, b] = [line[place - 1].at, line[place].at];
    this.lines.remember(this.arc);
    this.lines.insert(this.arc, place, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
    this.#again(place);
  }

  /** The chosen corner is taken out. */
  remove() {
    if (this.place === null || !this.lines.remove(this.arc, this.place)) return;
    this.#again(Math.max(0, this.place - 1));
  }

  #again(place) {
    const held = this.layer.getLayers().some((each) => each.getElement?.() === document.activeElement);
    this.show(this.arc, place);
    if (held) this.markers[place].getElement().focus();
    this.heard.changed();
    this.heard.chosen(place);
  }
}
