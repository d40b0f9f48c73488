/** Plane geometry of small areas: points are [lon, lat] degrees or [x, y] pixels, answers are metres or pixels. */

const METRES_PER_DEGREE = 111320;

/** Metres east and north of an origin: good to a thousandth over a subdistrict. */
export function plane([lon, lat], [lon0, lat0]) {
  return [
    (lon - lon0) * METRES_PER_DEGREE * Math.cos((lat0 * Math.PI) / 180),
    (lat - lat0) * METRES_PER_DEGREE,
  ];
}

/** Metres between two points. */
export function metres(a, b) {
  return Math.hypot(...plane(a, b));
}

/** True when the point is inside the rings of a polygon (the first is its outer border). */
export function inside(point, rings) {
  let within = false;
  for (const ring of rings) if (crosses(point, ring)) within = !within;
  return within;
}

function crosses([x, y], ring) {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i];
    const [xj, yj] = ring[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}

/** Metres from a point to the nearest border of a polygon, whichever side it is on. */
export function toBorder(point, rings) {
  let least = Infinity;
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      least = Math.min(least, toSegment(plane(ring[i - 1], point), plane(ring[i], point)));
    }
  }
  return least;
}

function toSegment([ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length ? Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length)) : 0;
  return Math.hypot(ax + along * dx, ay + along * dy);
}

/** [west, south, east, north] of the rings. */
export function box(rings) {
  const edges = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of rings[0]) {
    edges[0] = Math.min(edges[0], x);
    edges[1] = Math.min(edges[1], y);
    edges[2] = Math.max(edges[2], x);
    edges[3] = Math.max(edges[3], y);
  }
  return edges;
}

/** Leaflet wants lat before lon. */
export const latLng = ([lon, lat]) => [lat, lon];
