/** Areas that every map may show, with their names on them: where it is dangerous now, and where people gather. */
import { icon, make } from "./words.js";

export class Areas {
  /** @param {{name: string, title: string, look: string, moment?: string|null}} layer `moment`: as of which it is asked for */
  constructor(map, layer) {
    Object.assign(this, { map, moment: null, ...layer });
    this.swatch = `area-key ${layer.look}`;
    this.drawn = L.geoJSON(null, {
      renderer: L.svg(),
      bubblingMouseEvents: false,
      style: ({ properties }) => ({ className: `${this.look}${properties.exercise ? " exercise" : ""}` }),
      pointToLayer: (_feature, at) => L.marker(at, { keyboard: false, icon: L.divIcon({ className: "spot muster_points", html: make("i", "", icon("users-group")), iconSize: [24, 24] }) }),
      onEachFeature: (feature, shape) => this.#told(feature.properties, shape),
    });
  }

  async show() {
    this.shown = true;
    this.drawn.addTo(this.map);
    await this.refresh();
  }

  hide() {
    this.shown = false;
    this.drawn.remove();
  }

  /** Asks as of this moment from now on, until null gives the present back. @param {string|null} moment */
  async at(moment) {
    if (moment === this.moment) return;
    this.moment = moment;
    await this.refresh();
  }

  /** Asks again for all of them. */
  async refresh() {
    if (!this.shown) return;
    const { moment } = this;
    const then = moment ? `?as_of=${encodeURIComponent(moment)}` : "";
    const answer = await fetch(`/maps/layers/${this.name}.json${then}`).catch(() => null);
    if (moment !== this.moment || (!answer?.ok && !moment)) return;
    const found = answer?.ok ? await answer.json() : [];
    this.drawn.clearLayers();
    this.drawn.addData(found);
  }

  #told({ what, name, address }, shape) {
    const line = make("strong", "", name);
    if (what === "muster") {
      shape.bindTooltip(line, { className: "grid-card", direction: "top", offset: [0, -10], opacity: 1 });
      return;
    }
    shape.bindTooltip(line, { className: "area-name", permanent: true, direction: "center", opacity: 1 });
    const link = make("a", "", name);
    link.href = address;
    shape.bindPopup(link);
  }
}
