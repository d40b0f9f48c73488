/** The map of an enterprise: where it stands, or in its form a pin that fills in the numbers. */
import { createMap } from "../map/map.js";

const shown = document.querySelector("[data-spot]");
if (shown) {
  const at = shown.dataset.spot.split(",").map(Number);
  const map = createMap(shown.querySelector("[data-map]"));
  map.ready.then(() => {
    L.circleMarker([at[1], at[0]], { radius: 8, className: "spot-mark", renderer: L.svg(), interactive: false }).addTo(map.leaflet);
    map.go(at, 15);
  });
}

const box = document.querySelector("[data-pick]");
if (box) {
  box.hidden = false;
  const form = box.closest("form");
  const words = form.querySelector("[data-spot-words]");
  const map = createMap(box.querySelector("[data-map]"));
  const known = box.dataset.pick ? box.dataset.pick.split(",").map(Number) : null;
  let pin = null;

  const put = (at) => {
    if (pin) return pin.move(at);
    let first = true;
    pin = map.pickPoint({
      at,
      moved: ([lon, lat], meaning) => {
        words.textContent = [meaning.title, meaning.words].filter(Boolean).join(" · ");
        // What was written by hand stays until the pin is moved; a pin says WGS 84.
        if (!first || !known) {
          form.elements.lon.value = lon.toFixed(6);
          form.elements.lat.value = lat.toFixed(6);
          form.elements.datum.value = "wgs84";
        }
        first = false;
      },
    });
    map.go(at, 16);
  };

  // A position may be found before the map is there.
  map.on("placed", ({ at }) => map.ready.then(() => put(at)));
  map.ready.then(() => {
    if (known) put(known);
    else map.leaflet.once("click grid", ({ latlng }) => put([latlng.lng, latlng.lat]));
  });
}
