/** Boxes on the map in pixels, and where in an area there is most room. */
import { inside } from "./geometry.js";

// Samples along each side of what is searched for room.
const SAMPLES = 11;

export const clear = (box, others) => others.every((other) =>
  box.right < other.left || box.left > other.right || box.bottom < other.top || box.top > other.bottom);

/** A box around a point. @param {{x: number, y: number}} at */
export const around = ({ x, y }, wide, high) => ({ left: x - wide / 2, top: y - high / 2, right: x + wide / 2, bottom: y + high / 2 });

/** The part of a box that lies under others. */
export function hidden(box, others) {
  const common = others.map((other) =>
    Math.max(0, Math.min(box.right, other.right) - Math.max(box.left, other.left)) * Math.max(0, Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top)));
  return common.reduce((sum, each) => sum + each, 0) / ((box.right - box.left) * (box.bottom - box.top));
}

// A name may reach over its border by a hair: what matters is that it stands in its own grid.
const HAIR = 0.1;

/** Points of a box that must lie in an area when the box does. */
export function corners(box) {
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const [dx, dy] = [(box.right - x) * (1 - HAIR), (box.bottom - y) * (1 - HAIR)];
  const [left, top, right, bottom] = [x - dx, y - dy, x + dx, y + dy];
  return [[left, top], [right, top], [left, bottom], [right, bottom], [x, top], [x, bottom], [left, y], [right, y]];
}

/** How far a point is from a box, 0 inside. */
export function away([x, y], { left, top, right, bottom }) {
  return Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
}

function toEdge([x, y], rings) {
  let least = Infinity;
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      const [[ax, ay], [bx, by]] = [ring[i - 1], ring[i]];
      const [dx, dy] = [bx - ax, by - ay];
      const length = dx * dx + dy * dy;
      const along = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
      least = Math.min(least, Math.hypot(ax + along * dx - x, ay + along * dy - y));
    }
  }
  return least;
}

/** How far a point is from the edge of what can be seen: the view without the boxes that cover it; negative when it is not seen. */
export function depth([x, y], view, covers) {
  const edge = Math.min(x - view.left, view.right - x, y - view.top, view.bottom - y);
  return Math.min(edge, ...covers.map((box) => away([x, y], box) || -1));
}

/** Where the part of an area that can be seen has most room: {x, y, reach} in pixels; null when nothing of it is seen. */
export function roomiest(rings, view, covers) {
  const xs = rings[0].map(([x]) => x);
  const ys = rings[0].map(([, y]) => y);
  let search = {
    left: Math.max(view.left, Math.min(...xs)), right: Math.min(view.right, Math.max(...xs)),
    top: Math.max(view.top, Math.min(...ys)), bottom: Math.min(view.bottom, Math.max(...ys)),
  };
  let best = null;
  for (let round = 0; round < 3; round++) {
    const [wide, high] = [(search.right - search.left) / SAMPLES, (search.bottom - search.top) / SAMPLES];
    if (wide <= 0 || high <= 0) return null;
    for (let i = 0; i < SAMPLES; i++) {
      for (let j = 0; j < SAMPLES; j++) {
        const at = [search.left + (i + 0.5) * wide, search.top + (j + 0.5) * high];
        const seen = depth(at, view, covers);
        if (seen <= (best?.reach ?? 0) || !inside(at, rings)) continue;
        const reach = Math.min(seen, toEdge(at, rings));
        if (reach > (best?.reach ?? 0)) best = { x: at[0], y: at[1], reach };
      }
    }
    if (!best) return null;
    search = { left: best.x - wide, right: best.x + wide, top: best.y - high, bottom: best.y + high };
  }
  return best;
}
