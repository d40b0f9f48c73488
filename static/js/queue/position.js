/** Where the phone is at the moment of a step: kept fresh while a page asks for nearness, and said in words. */
// A phone that lies still says nothing new; one that is carried does.
const GOOD_MS = 5 * 60_000;
const DOUBT_M = 100;
const EARTH_M = 6_371_008;

let last = null;
let heading = null;
const hearers = new Set();

/** The last position, if it is not old: {lon, lat, accuracy_m, heading?}, or null. */
export function here() {
  if (!last || Date.now() - last.taken > GOOD_MS) return null;
  const { lon, lat, accuracy_m } = last;
  return { lon, lat, accuracy_m, ...(heading === null ? {} : { heading }) };
}

/** A position that somebody else on the page has found, such as its map. @param {[number, number]} at degrees */
export function heard([lon, lat], accuracy) {
  last = { lon, lat, accuracy_m: Math.round(accuracy ?? 0), taken: Date.now() };
}

/** Follows the position from now on, where no map of the page does. @param {() => void} tell is called at every new one */
export function watch(tell) {
  hearers.add(tell);
  if (hearers.size > 1 || !navigator.geolocation) return;
  navigator.geolocation.watchPosition(
    ({ coords }) => {
      heard([coords.longitude, coords.latitude], coords.accuracy);
      for (const each of hearers) each();
    },
    () => hearers.forEach((each) => each()),
    { enableHighAccuracy: true, maximumAge: 5000, timeout: 20_000 },
  );
}

for (const name of ["deviceorientationabsolute", "deviceorientation"]) {
  addEventListener(name, (event) => {
    const turned = event.webkitCompassHeading ?? (event.absolute && event.alpha !== null ? 360 - event.alpha : null);
    if (turned !== null) heading = Math.round(turned) % 360;
  });
}

/** Metres between two points in degrees, good enough for a walk. */
export function metres(one, other) {
  const rad = Math.PI / 180;
  const x = (other.lon - one.lon) * rad * Math.cos(((one.lat + other.lat) / 2) * rad);
  return Math.hypot(x, (other.lat - one.lat) * rad) * EARTH_M;
}

/** How far a form's place is: {away, near}; null when either is not known. */
export function nearness(form) {
  const at = here();
  if (!form.dataset.lon || !at) return null;
  const away = metres(at, { lon: Number(form.dataset.lon), lat: Number(form.dataset.lat) });
  return { away, accuracy: at.accuracy_m, near: away <= Number(form.dataset.near) && at.accuracy_m <= DOUBT_M };
}

/** The words of it, from `words`: {near, far, lost} with {away} and {accuracy} to fill. */
export function sayNearness(form, words) {
  const found = nearness(form);
  if (!found) return words.lost;
  const said = found.near ? words.near : words.far;
  return said.replace("{away}", Math.round(found.away)).replace("{accuracy}", Math.round(found.accuracy));
}

/** The position stands in the hidden fields of a form. */
export function fill(form) {
  for (const [name, value] of Object.entries(here() ?? {})) {
    if (!form.elements[name]) form.append(Object.assign(document.createElement("input"), { type: "hidden", name }));
    form.elements[name].value = value;
  }
}
