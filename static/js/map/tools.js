/** Buttons on the map: closer, farther, the whole, where am I, an area, measure, print. */
import { latLng, metres } from "./geometry.js";
import { distance, icon, make } from "./words.js";

/** A button with an icon and words for those who do not see it. */
export function button(drawn, words, deed) {
  const made = make("button", "map-button", drawn);
  made.type = "button";
  made.title = words;
  made.setAttribute("aria-label", words);
  made.addEventListener("click", () => deed(made));
  return made;
}

/** The column of buttons. @param {string[]} wanted */
export function addTools(map, { say, place, whole, sheet, area }, wanted) {
  const bar = make("div", "map-tools");
  L.DomEvent.disableClickPropagation(bar);
  L.DomEvent.disableScrollPropagation(bar);
  const deeds = {
    in: button(icon("plus"), say("closer"), () => map.zoomIn(1)),
    out: button(icon("minus"), say("farther"), () => map.zoomOut(1)),
    whole: button(icon("maximize"), say("whole"), () => whole()),
    locate: button(icon("current-location"), say("locate"), () => place.start()),
    area: button(icon("polygon"), say("area"), (self) => area.toggle(self)),
    measure: button(icon("ruler-measure"), say("measure"), (self) => measure(map, say, self)),
    print: button(icon("printer"), say("print"), () => print(map, sheet)),
  };
  bar.append(...wanted.map((name) => deeds[name]));
  map.getContainer().append(bar);
}

/** The map alone on one sheet, all of it: drawn at that size before it is printed, and as it was afterwards. */
function print(map, sheet) {
  const [centre, zoom] = [map.getCenter(), map.getZoom()];
  const turn = (on) => {
    document.body.classList.toggle("prints", on);
    map.invalidateSize({ pan: false, animate: false });
  };
  turn(true);
  sheet();
  addEventListener("afterprint", () => {
    turn(false);
    map.setView(centre, zoom, { animate: false });
  }, { once: true });
  // Outlines and names are drawn in the next frame, marks may move in the one after it.
  requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => window.print())));
}

let ending = null;

/** Clicks make a line whose length is said; Escape, a double click or the button ends it. */
function measure(map, say, self) {
  if (ending) {
    ending();
    return;
  }
  const points = [];
  const line = L.polyline([], { className: "measure", renderer: L.svg(), interactive: false }).addTo(map);
  const told = make("div", "map-measure", say("measure_start"));
  told.setAttribute("role", "status");
  map.getContainer().append(told);
  map.getContainer().classList.add("measures");
  self.setAttribute("aria-pressed", "true");
  const add = ({ latlng }) => {
    points.push([latlng.lng, latlng.lat]);
    line.setLatLngs(points.map(latLng));
    const length = points.slice(1).reduce((sum, point, i) => sum + metres(points[i], point), 0);
    told.textContent = points.length > 1 ? distance(say, length) : say("measure_next");
  };
  const stop = (event) => event.key === "Escape" && ending();
  map.fire("measuring", { on: true });
  map.on("click grid", add);
  map.doubleClickZoom.disable();
  document.addEventListener("keydown", stop);
  ending = () => {
    ending = null;
    map.off("click grid", add);
    map.doubleClickZoom.enable();
    document.removeEventListener("keydown", stop);
    line.remove();
    told.remove();
    map.getContainer().classList.remove("measures");
    self.setAttribute("aria-pressed", "false");
    map.fire("measuring", { on: false });
  };
}
