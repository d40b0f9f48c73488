/** The page on which a border is drawn anew: chosen, moved corner by corner, looked over, saved as a draft. */
import { createMap } from "../map/map.js";
import { latLng } from "../map/geometry.js";
import { make, speaker, token } from "../map/words.js";
import { token as csrf } from "../requests.js";
import { Corners } from "./corners.js";
import { Lines } from "./lines.js";

const page = document.querySelector("[data-draw]");
const say = speaker(page);
const find = (name) => page.querySelector(`[data-${name}]`);
const choice = document.getElementById("field-arc");
const outline = page.querySelector("[name=outline_may_move]");
const saving = find("save-form");

class Drawing {
  /** @param {Lines} lines @param {L.Map} map */
  constructor(lines, map) {
    this.lines = lines;
    this.map = map;
    this.saved = false;
    const canvas = L.canvas({ tolerance: 7, padding: 0.4 });
    this.drawn = lines.now.map((line, arc) => L.polyline(line.map(({ at }) => latLng(at)), { renderer: canvas, smoothFactor: 0.3 })
      .on("click", (event) => {
        L.DomEvent.stop(event);
        this.choose(arc, { fit: false });
      }).addTo(map));
    this.corners = new Corners(map, lines, {
      chosen: (place) => this.chosen(place),
      changed: () => this.changed(),
      began: () => null,
      title: (place) => this.title(place),
      between: say("between"),
    });
    this.#fill();
    this.restyle();
  }

  #fill() {
    const named = this.lines.arcs.map(({ areas: [a, b] }, arc) => {
      const name = this.lines.areas[a].name;
      return [b ? say("border", { a: name, b: this.lines.areas[b].name }) : say("outer", { a: name }), arc];
    });
    named.sort(([a], [b]) => a.localeCompare(b));
    choice.append(...named.map(([words, arc]) => new Option(words, arc)));
  }

  title(place) {
    const count = this.lines.now[this.corners.arc].length;
    return say(this.lines.isEnd(this.corners.arc, place) ? "end" : "corner", { n: place + 1, count });
  }

  choose(arc, { fit = true } = {}) {
    if (arc !== null && this.lines.isOuter(arc) && !outline.checked) {
      find("which").textContent = say("locked");
      choice.value = "";
      arc = null;
    }
    this.corners.show(arc);
    if (arc !== null) {
      choice.value = String(arc);
      if (fit) this.map.fitBounds(this.drawn[arc].getBounds(), { padding: [50, 50], maxZoom: 18 });
      this.chosen(Math.min(1, this.lines.now[arc].length - 1));
    }
    this.restyle();
    this.allow();
  }

  chosen(place) {
    this.corners.choose(place);
    find("which").textContent = this.title(place);
    this.allow();
  }

  changed() {
    const { arc } = this.corners;
    this.drawn[arc].setLatLngs(this.lines.now[arc].map(({ at }) => latLng(at)));
    this.tell();
  }

  restyle() {
    this.drawn.forEach((line, arc) => {
      const own = arc === this.corners.arc;
      const moved = this.lines.isChanged(arc);
      line.setStyle({
        color: token(own ? "brand" : moved ? "soon" : "ink2"), weight: own ? 4 : moved ? 3.5 : 1.8,
        dashArray: this.lines.isOuter(arc) ? "6 5" : null, opacity: 1,
      });
      if (own) line.bringToFront();
    });
  }

  /** The effect on both neighbours, and what is wrong. */
  tell() {
    const faults = this.lines.faults();
    const effects = this.lines.effects().map(({ name, m2, share }) => make("li", "num", say(m2 < 0 ? "smaller" : "larger", {
      name, m2: Math.abs(Math.round(m2)).toLocaleString(), share: `${Math.abs(share).toFixed(2)} %`,
    })));
    const verdict = faults.length
      ? faults.map((fault) => make("li", "wrong", say(fault.kind, fault)))
      : [make("li", "right", say("fine"))];
    find("effect").replaceChildren(...(effects.length ? [...effects, ...verdict] : [make("li", "", say("unchanged"))]));
    this.restyle();
    this.allow(faults);
  }

  allow(faults = this.lines.faults()) {
    const { arc, place } = this.corners;
    const inner = arc !== null && place !== null && !this.lines.isEnd(arc, place);
    const may = {
      previous: arc !== null && place > 0, next: arc !== null && place < this.lines.now[arc].length - 1,
      move: inner, remove: inner, insert: arc !== null && place !== null, undo: this.lines.past.length > 0,
    };
    for (const [name, open] of Object.entries(may)) page.querySelector(`[data-do=${name}]`).disabled = !open;
    find("save-button").disabled = !this.lines.changed.length || faults.length > 0;
  }

  do(name) {
    const { corners, lines } = this;
    const metres = (id) => Number(document.getElementById(`field-${id}`).value) || 0;
    const deeds = {
      previous: () => this.go(corners.place - 1),
      next: () => this.go(corners.place + 1),
      move: () => corners.nudge(metres("east"), metres("north")),
      insert: () => corners.insert(Math.min(corners.place + 1, lines.now[corners.arc].length - 1)),
      remove: () => corners.remove(),
      undo: () => {
        const arc = lines.undo();
        corners.show(arc, null);
        this.changed();
        choice.value = String(arc);
        this.chosen(Math.min(1, lines.now[arc].length - 1));
      },
    };
    deeds[name]();
  }

  go(place) {
    this.chosen(place);
    this.map.panTo(latLng(this.lines.now[this.corners.arc][place].at));
  }

  async save() {
    const wrong = find("wrong");
    wrong.replaceChildren();
    const body = JSON.stringify({ title: saving.title.value, outline_may_move: outline.checked, lines: this.lines.drawn() });
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() };
    const answer = await fetch(page.dataset.save, { method: "POST", headers, body }).catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (answer?.ok) {
      this.saved = true;
      location.assign(told.url);
      return;
    }
    const words = told?.error ? [told.error.message, ...Object.values(told.error.fields ?? {})] : [say("failed")];
    wrong.replaceChildren(...words.map((each) => make("li", "", each)));
  }
}

async function begin() {
  const map = createMap(document.getElementById("map"), { set: null });
  const answer = await fetch(page.dataset.lines).catch(() => null);
  if (!answer?.ok) {
    find("which").textContent = say("lost");
    return;
  }
  const loaded = await answer.json();
  await map.ready.catch(() => null);
  // The rough outlines of the map would run beside the true lines; and clicks are for these.
  map.outlines.layer?.remove();
  map.leaflet.fire("picking", { on: true });
  const drawing = new Drawing(new Lines(loaded), map.leaflet);
  choice.addEventListener("change", () => drawing.choose(choice.value === "" ? null : Number(choice.value)));
  page.addEventListener("click", (event) => {
    const asked = event.target.closest("[data-do]");
    if (asked && !asked.disabled) drawing.do(asked.dataset.do);
  });
  saving.addEventListener("submit", (event) => {
    event.preventDefault();
    drawing.save();
  });
  window.addEventListener("beforeunload", (event) => {
    if (drawing.lines.changed.length && !drawing.saved) event.preventDefault();
  });
}

if (page) begin();
