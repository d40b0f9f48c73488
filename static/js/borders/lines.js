/**
 * Borders as lines that two grids share: moved, measured, and looked over before they are sent.
 *
 * A corner is {at: [lon, lat], of: number|null}: `of` is its number in the line as it was loaded, as long as it stays.
 */
import { plane } from "../map/geometry.js";

const SLIVER_M2 = 300;
const NARROW_M = 8;

export class Lines {
  /** @param {{arcs: {areas: [string, string|null], points: [number, number][]}[], areas: object}} loaded */
  constructor({ arcs, areas }) {
    this.arcs = arcs;
    this.areas = areas;
    this.now = arcs.map(({ points }) => points.map((at, of) => ({ at, of })));
    this.past = [];
    this.origin = arcs[0].points[0];
    this.flat = this.now.map((line) => this.#flat(line));
    // Areas are told as the house counts them; the plane of this page is a little off.
    this.scale = Object.fromEntries(Object.keys(areas).map((code) => [code, areas[code].m2 / this.#area(code)]));
  }

  #flat(line) {
    return line.map(({ at }) => plane(at, this.origin));
  }

  /** What comes next can be undone. */
  remember(arc) {
    this.past.push([arc, this.now[arc]]);
    this.now[arc] = [...this.now[arc]];
  }

  undo() {
    const last = this.past.pop();
    if (last) this.#set(...last);
    return last?.[0] ?? null;
  }

  #set(arc, line) {
    this.now[arc] = line;
    this.flat[arc] = this.#flat(line);
  }

  move(arc, place, at) {
    this.now[arc][place] = { at, of: null };
    this.flat[arc][place] = plane(at, this.origin);
  }

  insert(arc, place, at) {
    this.#set(arc, this.now[arc].toSpliced(place, 0, { at, of: null }));
  }

  /** A line keeps its ends, and a ring three corners. @returns {boolean} whether the corner is out */
  remove(arc, place) {
    if (this.isEnd(arc, place) || this.now[arc].length <= (this.isRing(arc) ? 4 : 2)) return false;
    this.remember(arc);
    this.#set(arc, this.now[arc].toSpliced(place, 1));
    return true;
  }

  isRing(arc) {
    const { points } = this.arcs[arc];
    return points[0].every((each, axis) => each === points.at(-1)[axis]);
  }

  isEnd(arc, place) {
    return place === 0 || place === this.now[arc].length - 1;
  }

  isOuter(arc) {
    return this.arcs[arc].areas[1] === null;
  }

  isChanged(arc) {
    const line = this.now[arc];
    return line.length !== this.arcs[arc].points.length || line.some(({ of }, place) => of !== place);
  }

  get changed() {
    return this.now.map((_, arc) => arc).filter((arc) => this.isChanged(arc));
  }

  /** For each grid along changed borders: what it gains. @returns {{name: string, m2: number, share: number}[]} */
  effects() {
    return this.#touched().map((code) => {
      const { name, m2 } = this.areas[code];
      const gain = this.#area(code) * this.scale[code] - m2;
      return { name, m2: gain, share: (gain / m2) * 100 };
    });
  }

  #touched() {
    return [...new Set(this.changed.flatMap((arc) => this.arcs[arc].areas).filter(Boolean))];
  }

  /** What is wrong with the lines as they are now. @returns {{kind: "crossing"|"thin", name?: string}[]} */
  faults() {
    const touched = this.#touched();
    const thin = touched.filter((code) => this.#isThin(code)).map((code) => ({ kind: "thin", name: this.areas[code].name }));
    return this.changed.some((arc) => this.#crosses(arc, touched)) ? [{ kind: "crossing" }, ...thin] : thin;
  }

  #isThin(code) {
    const area = this.#area(code);
    const length = this.areas[code].rings.flat().reduce((sum, each) => sum + this.#length(each < 0 ? ~each : each), 0);
    return area < SLIVER_M2 || (2 * area) / length < NARROW_M;
  }

  #length(arc) {
    return this.flat[arc].slice(1).reduce((sum, [x, y], place) => sum + Math.hypot(x - this.flat[arc][place][0], y - this.flat[arc][place][1]), 0);
  }

  #area(code) {
    const [outer, ...holes] = this.areas[code].rings.map((ring) => Math.abs(shoelace(this.#ring(ring))));
    return holes.reduce((left, hole) => left - hole, outer);
  }

  #ring(ring) {
    return ring.flatMap((each) => (each < 0 ? this.flat[~each].toReversed() : this.flat[each]).slice(0, -1));
  }

  #crosses(arc, codes) {
    const beside = new Set(codes.filter((code) => this.arcs[arc].areas.includes(code)).flatMap((code) => this.areas[code].rings.flat().map((each) => (each < 0 ? ~each : each))));
    return [...beside].some((other) => meets(this.flat[arc], this.flat[other], arc === other));
  }

  /** What is sent: corners that stay by number, others by degrees. */
  drawn() {
    return this.changed.map((arc) => ({ arc, points: this.now[arc].map(({ at, of }) => of ?? at) }));
  }
}

function shoelace(ring) {
  return ring.reduce((sum, [x, y], place) => {
    const [nextX, nextY] = ring[(place + 1) % ring.length];
    return sum + x * nextY - nextX * y;
  }, 0) / 2;
}

function meets(one, other, same) {
  for (let i = 1; i < one.length; i++) {
    for (let j = same ? i + 1 : 1; j < other.length; j++) {
      if (cross(one[i - 1], one[i], other[j - 1], other[j])) return true;
    }
  }
  return false;
}

/** True when two pieces of line have a point in common that is no corner of both. */
function cross(a, b, c, d) {
  if (Math.max(a[0], b[0]) < Math.min(c[0], d[0]) || Math.max(c[0], d[0]) < Math.min(a[0], b[0])) return false;
  if (Math.max(a[1], b[1]) < Math.min(c[1], d[1]) || Math.max(c[1], d[1]) < Math.min(a[1], b[1])) return false;
  if ([a, b].some((p) => [c, d].some((q) => p[0] === q[0] && p[1] === q[1]))) return false;
  return side(a, b, c) * side(a, b, d) <= 0 && side(c, d, a) * side(c, d, b) <= 0;
}

function side(a, b, p) {
  return (b[0] - a[0]) * (p[1] - a[1]) - (p[0] - a[0]) * (b[1] - a[1]);
}
