/** An area of the map that narrows a list: drawn corner by corner, drawn as a box, what the map shows, or a grid. */
import { latLng } from "./geometry.js";
import { icon, make } from "./words.js";

// As the house takes it.
const MOST = 60;
// A click so near to the first corner (pixels) closes the area.
const CLOSES = 14;

/** Corners as an address says them. @param {[number, number][]} corners */
export const written = (corners) => corners.map(([lon, lat]) => `${lon.toFixed(5)},${lat.toFixed(5)}`).join("_");
export const corners = (said) => said.split("_").map((each) => each.split(",").map(Number));

const turn = ([ax, ay], [bx, by], [cx, cy]) => Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));
const cross = (a, b, c, d) => turn(a, b, c) !== turn(a, b, d) && turn(c, d, a) !== turn(c, d, b);

/** True when a closed line crosses itself. */
export function crosses(line) {
  const sides = line.map((from, i) => [from, line[(i + 1) % line.length]]);
  return sides.some(([a, b], i) => sides.some(([c, d], j) =>
    j > i + 1 && !(i === 0 && j === sides.length - 1) && cross(a, b, c, d)));
}

const box = ([west, south], [east, north]) => [[west, south], [east, south], [east, north], [west, north]];

export class Area {
  constructor(map, outlines, say) {
    Object.assign(this, { map, outlines, say, said: null, way: null });
    this.renderer = L.svg();
    this.shape = L.polygon([], { renderer: this.renderer, className: "area-drawn", interactive: false });
    this.ends = L.layerGroup();
    this.heard = { click: ({ latlng }) => this.#add(latlng), move: ({ latlng }) => this.#follow(latlng), key: (event) => this.#pressed(event) };
  }

  /** The area of a filter is drawn, or none. @param {string | null} said */
  show(said) {
    if (said === this.said) return;
    this.said = said;
    this.stop();
    if (this.bar) this.#choices();
    if (!said) this.shape.remove();
    else {
      this.#draw(corners(said));
      const bounds = this.shape.getBounds();
      if (!this.map.getBounds().contains(bounds)) this.map.fitBounds(bounds, { padding: [48, 48], animate: false });
    }
  }

  #draw(line) {
    this.shape.setLatLngs(line.map(latLng)).addTo(this.map);
  }

  /** The choice of ways opens or closes. @param {HTMLElement} opener */
  toggle(opener) {
    this.opener = opener;
    if (!this.bar) this.#build();
    const opens = this.bar.hidden;
    this.stop();
    this.bar.hidden = !opens;
    opener.setAttribute("aria-expanded", String(opens));
    if (opens) this.#choices().querySelector("button").focus();
    this.map.fire("marked");
  }

  #build() {
    this.told = make("p");
    this.told.setAttribute("role", "status");
    this.buttons = make("div", "buttons");
    this.bar = make("div", "area-bar", this.buttons, this.told);
    this.bar.hidden = true;
    this.bar.setAttribute("role", "group");
    this.bar.setAttribute("aria-label", this.say("area"));
    L.DomEvent.disableClickPropagation(this.bar);
    L.DomEvent.disableScrollPropagation(this.bar);
    this.map.getContainer().append(this.bar);
  }

  #offer(...deeds) {
    this.buttons.replaceChildren(...deeds.filter(Boolean).map(([drawn, key, deed]) => {
      const made = make("button", "btn", drawn, this.say(key));
      made.type = "button";
      made.addEventListener("click", (event) => {
        // The button may be gone when the map hears of the click.
        event.stopPropagation();
        deed();
      });
      return made;
    }));
    return this.buttons;
  }

  #choices() {
    this.told.hidden = true;
    return this.#offer(
      [icon("polygon"), "polygon", () => this.#begin("polygon")],
      [icon("rectangle"), "rectangle", () => this.#begin("box")],
      [icon("eye"), "this_view", () => this.#view()],
      [icon("layout-grid"), "this_grid", () => this.#grid()],
      this.said && [icon("x"), "clear_area", () => this.#done({})],
    );
  }

  #say(key, values) {
    this.told.hidden = false;
    this.told.textContent = this.say(key, values);
  }

  #begin(way) {
    this.stop();
    this.way = way;
    this.line = [];
    this.before = this.said;
    this.#offer(
      way === "polygon" && [icon("check"), "area_done", () => this.#close()],
      way === "polygon" && [icon("arrow-back-up"), "area_back", () => this.#back()],
      [icon("x"), "area_stop", () => this.#leave()],
    );
    this.#say(way === "polygon" ? "area_start" : "box_start");
    this.map.getContainer().classList.add("draws");
    this.map.fire("drawing", { on: true });
    this.map.doubleClickZoom.disable();
    this.map.on("click grid", this.heard.click);
    this.map.on("mousemove", this.heard.move);
    document.addEventListener("keydown", this.heard.key, true);
    this.shape.remove();
    this.ends.addTo(this.map);
  }

  /** Nothing is being drawn any more; what was there before stands again. */
  stop() {
    if (!this.way) return;
    this.way = null;
    this.map.getContainer().classList.remove("draws");
    this.map.fire("drawing", { on: false });
    this.map.doubleClickZoom.enable();
    this.map.off("click grid", this.heard.click);
    this.map.off("mousemove", this.heard.move);
    document.removeEventListener("keydown", this.heard.key, true);
    this.ends.clearLayers().remove();
    this.shape.remove();
    if (this.said) this.#draw(corners(this.said));
  }

  #leave() {
    this.stop();
    this.#choices().querySelector("button").focus();
  }

  #add({ lng, lat }) {
    const at = [lng, lat];
    if (this.way === "box") {
      this.line.push(at);
      if (this.line.length === 2) this.#done({ area: written(this.#boxed(...this.line)) });
      else this.#mark();
      return;
    }
    const first = this.line[0];
    const near = first && this.map.latLngToContainerPoint(latLng(first)).distanceTo(this.map.latLngToContainerPoint([lat, lng])) < CLOSES;
    if (near && this.line.length > 2) this.#close();
    else if (this.line.length >= MOST) this.#say("area_most", { n: MOST });
    else {
      this.line.push(at);
      this.#mark();
      this.#say("area_corners", { n: this.line.length });
    }
  }

  #boxed([ax, ay], [bx, by]) {
    return box([Math.min(ax, bx), Math.min(ay, by)], [Math.max(ax, bx), Math.max(ay, by)]);
  }

  #mark() {
    this.ends.clearLayers();
    for (const at of this.line) L.circleMarker(latLng(at), { renderer: this.renderer, radius: 5, className: "area-corner", interactive: false }).addTo(this.ends);
    this.#draw(this.line);
  }

  #follow({ lng, lat }) {
    if (!this.line.length) return;
    this.#draw(this.way === "box" ? this.#boxed(this.line[0], [lng, lat]) : [...this.line, [lng, lat]]);
  }

  #back() {
    this.line.pop();
    this.#mark();
    this.#say(this.line.length ? "area_corners" : "area_start", { n: this.line.length });
  }

  #pressed(event) {
    const deed = { Escape: () => this.#leave(), Enter: () => this.#close(), Backspace: () => this.#back() }[event.key];
    if (!deed || (event.key === "Enter" && (this.way === "box" || this.bar.contains(event.target)))) return;
    event.preventDefault();
    event.stopPropagation();
    deed();
  }

  #close() {
    if (this.line.length < 3) this.#say("area_few");
    else if (crosses(this.line)) this.#say("area_crosses");
    else this.#done({ area: written(this.line) });
  }

  #view() {
    const bounds = this.map.getBounds();
    this.#done({ area: written(box([bounds.getWest(), bounds.getSouth()], [bounds.getEast(), bounds.getNorth()])) });
  }

  #grid() {
    const chosen = this.outlines.all.get(this.outlines.chosen);
    if (chosen) this.#done({ place: chosen.code });
    else this.#say("no_grid_chosen");
  }

  #done(wish) {
    this.stop();
    this.bar.hidden = true;
    this.opener.setAttribute("aria-expanded", "false");
    this.opener.focus();
    this.map.fire("area", { area: null, place: null, ...wish });
    this.map.fire("marked");
  }
}
