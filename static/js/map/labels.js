/**
 * Names of grids: the whole name where it fits, a shorter one, the code, or at last its number. Never over each other; every grid
 * whose visible part has room for a number has a name. Names stand beside marks; where they cannot, marks give way.
 */
import { box as edgesOf, inside, latLng, metres, toBorder } from "./geometry.js";
import { giveWay, marksOf } from "./marks.js";
import { forms, number } from "./names.js";
import { around, clear, corners, depth, hidden, roomiest } from "./room.js";
import { make } from "./words.js";

const LINE = 1.25;
const GAP = 2;
// A number has no room above and below it.
const NUMBER_LINE = 0.85;
// How far a name may move from the middle of its grid, in heights of its letters, right and down.
const PLACES = [[0, 0], [0, -1.9], [0, 1.9], [0, -3.2], [0, 3.2], [-2, 0], [2, 0], [-2, -1.5], [2, -1.5], [-2, 1.5], [2, 1.5]];
// So much of a name may be hidden by marks.
const LEGIBLE = 0.25;
// The smallest letters, and the radius (pixels) of the circle that an area must hold to be named.
const LEAST = 10;
const ROOM = 5;
// From this radius on there is room for a name and for a mark beside it.
const BOTH = 14;
// From here on names have room enough beside marks.
const CLOSE = 15;
// A name looks for another place when the middle of its grid is so near to the edge of what is seen.
const EDGE = 24;
const COVERS = ".map-tools, .map-legend, .map-mark, .desk-find > *, .area-bar";

export class Labels {
  /** @param {() => boolean} counted whether the map shows the cases themselves, so that a number alone says nothing */
  constructor(map, outlines, counted) {
    Object.assign(this, { map, outlines, counted });
    this.names = [];
    this.counts = true;
    this.widths = new Map();
    this.pane = map.createPane("labels");
    this.pane.setAttribute("aria-hidden", "true");
    this.pen = document.createElement("canvas").getContext("2d");
    this.face = getComputedStyle(map.getContainer()).fontFamily;
    map.on("zoomstart", () => this.pane.classList.add("waits"));
    map.on("moveend zoomend resize marked", () => this.place());
  }

  /** Writes every name that fits, once for all that changes within a frame. */
  place() {
    this.due ??= requestAnimationFrame(() => {
      this.due = null;
      this.#place();
    });
  }

  #place() {
    const zoom = this.map.getZoom();
    if (zoom === undefined) return;
    this.scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    this.size = (zoom < 14 ? 11 : zoom < 16 ? 12 : 13) * this.scale;
    this.taken = [];
    this.marks = marksOf(this.map);
    const { min, max } = this.map.getPixelBounds();
    this.view = { left: min.x, top: min.y, right: max.x, bottom: max.y };
    this.covers = this.#covers(min);
    this.origin = this.map.getPixelOrigin();
    const areas = this.#inOrder().map((grid) => this.#area(grid)).filter(Boolean);
    this.#reserve(areas);
    const made = areas.map((area) => this.#grid(area)).filter(Boolean);
    if (zoom >= 13.5) {
      for (const place of this.names) {
        const written = this.#name(place, 11 * this.scale);
        if (written) made.push(written);
      }
    }
    const seen = (at) => depth(at, this.view, this.covers) > GAP;
    const lines = zoom < CLOSE ? giveWay(this.marks, this.taken, seen, this.origin) : [];
    this.pane.replaceChildren(...lines, ...made);
    this.pane.classList.remove("waits");
    const { dataset } = this.map.getContainer();
    dataset.zoom = zoom;
    dataset.view = this.map.getBounds().toBBoxString();
  }

  /** What floats over the map and hides names under it, in the pixels of the map. */
  #covers({ x, y }) {
    const container = this.map.getContainer();
    const start = container.getBoundingClientRect();
    return [...container.parentElement.querySelectorAll(COVERS)].map((each) => each.getBoundingClientRect()).filter(({ width }) => width)
      .map((box) => ({ left: box.left - start.left + x, top: box.top - start.top + y, right: box.right - start.left + x, bottom: box.bottom - start.top + y }));
  }

  #inOrder() {
    const { all, chosen, load } = this.outlines;
    const first = (grid) => (grid.id === chosen ? 2 : load.get(grid.id)?.open ? 1 : 0);
    return [...all.values()].sort((a, b) => first(b) - first(a) || b.area - a.area);
  }

  /** A grid in the pixels of the map, and where the seen part of it has most room; null when it is not seen. */
  #area(grid) {
    const [west, south, east, north] = edgesOf(grid.rings);
    if (!this.map.getBounds().intersects([[south, west], [north, east]])) return null;
    const pixels = (point) => {
      const { x, y } = this.map.project(latLng(point));
      return [x, y];
    };
    const zoom = this.map.getZoom();
    if (grid.drawn?.zoom !== zoom) grid.drawn = { zoom, rings: grid.rings.map((ring) => ring.map(pixels)) };
    const { rings } = grid.drawn;
    const [x, y] = pixels(grid.at);
    grid.reach ??= toBorder(grid.at, grid.rings);
    const across = this.map.getPixelBounds().getSize().x / metres([this.map.getBounds().getWest(), grid.at[1]], [this.map.getBounds().getEast(), grid.at[1]]);
    const reach = grid.reach * across;
    const must = grid.id === this.outlines.chosen;
    const whole = depth([x, y], this.view, this.covers) >= Math.min(EDGE, reach);
    const at = whole ? { x, y, reach } : roomiest(rings, this.view, this.covers);
    return at && (must || at.reach >= ROOM * this.scale) ? { grid, rings, at, must } : null;
  }

  /** Room for the number of every area, the narrowest first, so that no longer name of a neighbour takes it. */
  #reserve(areas) {
    this.held = new Map();
    for (const area of areas.toSorted((a, b) => a.at.reach - b.at.reach)) {
      const held = [...this.held.values()];
      const box = this.#shifts(area).find((each) => clear(each, held));
      if (box) this.held.set(area.grid.id, box);
    }
  }

  /** Boxes for the number of an area, at its middle and around it. */
  #shifts({ grid, rings, at }) {
    const size = LEAST * this.scale;
    const wide = this.#wide([number(grid.code)], size) + GAP;
    const found = [around(at, wide, size * NUMBER_LINE)];
    for (const part of [0.3, 0.6, 0.9, 1.4]) {
      for (let turn = 0; turn < 12; turn++) {
        const angle = (turn * Math.PI) / 6;
        const to = { x: at.x + part * at.reach * Math.cos(angle), y: at.y + part * at.reach * Math.sin(angle) };
        if (inside([to.x, to.y], rings)) found.push(around(to, wide, size * NUMBER_LINE));
      }
    }
    return found;
  }

  #grid(area) {
    const { grid, rings, at, must } = area;
    const { size, marks } = this;
    const own = this.held.get(grid.id);
    this.held.delete(grid.id);
    const others = [...this.taken, ...this.held.values()];
    const { open = 0, late = 0 } = (this.counts && this.outlines.load.get(grid.id)) || {};
    const name = `grid-label kind-${grid.kind}${must ? " chosen" : ""}`;
    const write = ([lines, badge], box) => this.#write(box, lines, size, name, badge, late);
    const xs = rings[0].map(([x]) => x);
    const widest = Math.max(...xs) - Math.min(...xs);
    const fits = (box) => (must || box.right - box.left <= widest) && clear(box, others) && (must || corners(box).every((corner) => inside(corner, rings) && depth(corner, this.view, this.covers) > 0));
    const ways = this.#ways(grid, open);
    // A mark hides what is under it: the name stands above or below it, or is said shorter.
    for (const [[right, down], tried] of [...PLACES.map((each) => [each, ways.slice(0, -1)]), [PLACES[0], ways.slice(-1)]]) {
      for (const way of tried) {
        const box = this.#box({ x: at.x + right * size, y: at.y + down * size }, way[0], size, way[1]);
        if (clear(box, marks) && fits(box)) return write(way, box);
      }
    }
    // In a grid with room for both, a mark can stand beside the name too.
    if (at.reach >= BOTH * this.scale && this.map.getZoom() < CLOSE) {
      for (const way of ways.slice(0, -1)) {
        const box = this.#box(at, way[0], size, way[1]);
        if (fits(box)) return write(way, box);
      }
    }
    const short = (box) => this.#write(box, [number(grid.code)], LEAST * this.scale, `${name} number`, 0, 0);
    const beside = this.#shifts(area).find((box) => clear(box, marks) && fits(box));
    if (beside) return short(beside);
    for (const way of ways) {
      const box = this.#box(at, way[0], size, way[1]);
      if (fits(box) && (must || hidden(box, marks) < LEGIBLE)) return write(way, box);
    }
    return own ? short(own) : null;
  }

  /** From the whole name with the number of its open cases to the code alone. */
  #ways(grid, open) {
    const all = forms(grid.name, grid.code);
    const ways = open ? all.slice(0, this.counted() ? -1 : undefined).map((lines) => [lines, open]) : [];
    return [...ways, ...all.map((lines) => [lines, 0])];
  }

  #name({ at, name, kind }, size) {
    if (kind === "communities" || kind === "workstations") return null;
    const point = this.map.project(latLng(at));
    if (depth([point.x, point.y], this.view, []) < 0) return null;
    const box = this.#box({ x: point.x, y: point.y + size }, [name], size, 0);
    return clear(box, this.taken) ? this.#write(box, [name], size, "place-label", 0, 0) : null;
  }

  #wide(lines, size) {
    return Math.max(0, ...lines.map((line) => this.#measured(line, size)));
  }

  #measured(line, size) {
    const key = `${size} ${line}`;
    if (!this.widths.has(key)) {
      this.pen.font = `500 ${size}px ${this.face}`;
      this.widths.set(key, this.pen.measureText(line).width);
    }
    return this.widths.get(key);
  }

  #box(at, lines, size, open) {
    const badge = open ? size * (open > 9 ? 2 : 1.5) : 0;
    return around(at, this.#wide(lines, size) + badge + GAP * 2, lines.length * size * LINE + GAP);
  }

  #write(box, lines, size, name, open, late) {
    this.taken.push(box);
    const label = make("div", name);
    const written = make("div", "", ...lines.map((line) => make("span", "", line)));
    label.append(written);
    if (open) label.append(make("b", late ? "load late" : "load", String(open > 99 ? "99+" : open)));
    label.style.fontSize = `${size}px`;
    label.style.width = `${box.right - box.left}px`;
    L.DomUtil.setPosition(label, L.point(box.left, box.top).subtract(this.origin).round());
    return label;
  }
}
