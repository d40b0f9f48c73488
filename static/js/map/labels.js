/** Names that are written only where they fit, never over each other, and beside the marks of cases and places if there is room. */
import { inside, latLng } from "./geometry.js";
import { make } from "./words.js";

const LINE = 1.25;
const GAP = 2;
// How far a name may move from the middle of its grid, in heights of its letters: not at all, up, down.
const PLACES = [0, -1.9, 1.9, -3.2, 3.2];
// So much of a name may be hidden by marks.
const LEGIBLE = 0.25;

/** Shorter and shorter ways to write the name of a grid, each a list of lines. */
export function forms(name, code) {
  const plain = name.replace(/[(（].*[)）]$/, "");
  const short = plain.replace(/网格$/, "").replace(/(社区|村原址|村)(?=.?$)/, "");
  const all = [[name], halves(name), [plain], halves(plain), [short], halves(short), [code.replace(/^.*?-/, "")]];
  return all.filter((lines) => lines && lines.every(Boolean));
}

function halves(words) {
  const at = [words.search(/[(（]/), words.indexOf("社区") + 2, words.indexOf("村") + 1, Math.ceil(words.length / 2)]
    .find((place) => place > 1 && place < words.length - 1);
  return at ? [words.slice(0, at), words.slice(at)] : null;
}

export class Labels {
  /** @param {() => boolean} counted whether the map shows the cases themselves, so that a number alone says nothing */
  constructor(map, outlines, counted) {
    Object.assign(this, { map, outlines, counted });
    this.names = [];
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
    this.taken = [];
    this.marks = this.#marks();
    this.view = this.map.getPixelBounds().pad(0.05);
    this.origin = this.map.getPixelOrigin();
    const made = [];
    for (const grid of this.#inOrder()) {
      const written = this.#grid(grid, (zoom < 14 ? 11 : zoom < 16 ? 12 : 13) * this.scale);
      if (written) made.push(written);
    }
    if (zoom >= 13.5) {
      for (const place of this.names) {
        const written = this.#name(place, 11 * this.scale);
        if (written) made.push(written);
      }
    }
    this.pane.replaceChildren(...made);
    this.pane.classList.remove("waits");
    this.map.getContainer().dataset.zoom = zoom;
  }

  #inOrder() {
    const { all, chosen, load } = this.outlines;
    const first = (grid) => (grid.id === chosen ? 2 : load.get(grid.id)?.open ? 1 : 0);
    return [...all.values()].sort((a, b) => first(b) - first(a) || b.area - a.area);
  }

  #grid(grid, size) {
    const at = this.map.project(latLng(grid.at));
    if (!this.view.contains(at)) return null;
    const rings = grid.rings.map((ring) => ring.map((point) => {
      const { x, y } = this.map.project(latLng(point));
      return [x, y];
    }));
    const { open = 0, late = 0 } = this.outlines.load.get(grid.id) ?? {};
    const must = grid.id === this.outlines.chosen;
    const ways = this.#ways(grid, open);
    const write = ([lines, badge], box) => this.#write(box, lines, size, `grid-label kind-${grid.kind}${must ? " chosen" : ""}`, badge, late);
    const fits = (box) => this.#free(box) && (must || corners(box).every((corner) => inside(corner, rings)));
    // A mark hides what is under it: the name stands above or below it, or is said shorter, or a corner of it is hidden.
    // The code, which is the last of the ways, says least.
    for (const [rows, tried] of [...PLACES.map((each) => [each, ways.slice(0, -1)]), [0, ways.slice(-1)]]) {
      for (const way of tried) {
        const box = this.#box(at.add([0, rows * size]), way[0], size, way[1]);
        if (clear(box, this.marks) && fits(box)) return write(way, box);
      }
    }
    for (const way of ways) {
      const box = this.#box(at, way[0], size, way[1]);
      if (fits(box) && (must || hidden(box, this.marks) < LEGIBLE)) return write(way, box);
    }
    return null;
  }

  /** Where marks stand now, in the pixels of the map. */
  #marks() {
    const around = this.map.getContainer().getBoundingClientRect();
    const { x, y } = this.map.getPixelBounds().min;
    return [...this.map.getPane("markerPane").querySelectorAll(".pin, .spot, .heap")].map((each) => {
      const box = each.getBoundingClientRect();
      const [left, top] = [box.left - around.left + x, box.top - around.top + y];
      return { left, top, right: left + box.width, bottom: top + box.height };
    });
  }

  /** From the whole name with the number of its open cases to the number, or the code, alone. */
  #ways(grid, open) {
    const all = forms(grid.name, grid.code);
    const ways = open ? all.slice(0, -1).map((lines) => [lines, open]) : [];
    if (open && !this.counted()) ways.push([[], open]);
    return [...ways, ...all.map((lines) => [lines, 0])];
  }

  #name({ at, name, kind }, size) {
    if (kind === "communities" || kind === "workstations") return null;
    const point = this.map.project(latLng(at));
    if (!this.view.contains(point)) return null;
    const box = this.#box(point.add([0, size]), [name], size, 0);
    return this.#free(box) ? this.#write(box, [name], size, "place-label", 0, 0) : null;
  }

  #box(at, lines, size, open) {
    this.pen.font = `500 ${size}px ${this.face}`;
    const wide = Math.max(0, ...lines.map((line) => this.pen.measureText(line).width));
    const badge = open ? size * (open > 9 ? 2 : 1.5) : 0;
    const [w, h] = [wide + badge + GAP * 2, Math.max(1, lines.length) * size * LINE + GAP];
    return { left: at.x - w / 2, top: at.y - h / 2, right: at.x + w / 2, bottom: at.y + h / 2 };
  }

  #free(box) {
    return clear(box, this.taken);
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

const clear = (box, others) => others.every((other) =>
  box.right < other.left || box.left > other.right || box.bottom < other.top || box.top > other.bottom);

/** The part of a box that lies under others. */
function hidden(box, others) {
  const common = others.map((other) =>
    Math.max(0, Math.min(box.right, other.right) - Math.max(box.left, other.left)) * Math.max(0, Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top)));
  return common.reduce((sum, each) => sum + each, 0) / ((box.right - box.left) * (box.bottom - box.top));
}

// A name may reach over its border by a hair: what matters is that it stands in its own grid.
const HAIR = 0.1;

function corners(box) {
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const [dx, dy] = [(box.right - x) * (1 - HAIR), (box.bottom - y) * (1 - HAIR)];
  const [left, top, right, bottom] = [x - dx, y - dy, x + dx, y + dy];
  return [[left, top], [right, top], [left, bottom], [right, bottom], [x, top], [x, bottom], [left, y], [right, y]];
}
