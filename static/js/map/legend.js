/** The legend: what the colours mean, how many there are, what is shown, and on which ground. */
import { make } from "./words.js";

const KINDS = ["community", "village", "industry", "relocated"];

export class Legend {
  /** @param {{layers: Points[], counts: boolean, open: boolean}} options */
  constructor(map, { say, outlines, base, layers, counts, open }) {
    Object.assign(this, { map, say, outlines, base, layers, counts });
    const summary = make("summary", "", say("legend"));
    this.keys = make("ul", "legend-keys");
    this.body = make("div", "legend-body", this.keys, make("p", "tiny legend-note", say("numbers")));
    this.box = make("details", "map-legend", summary, this.body);
    this.box.open = open;
    const further = [counts && this.#colours(), layers.length && this.#layers(), base.rasters.length && this.#bases()].filter(Boolean);
    if (further.length) {
      this.body.append(make("details", "legend-more", make("summary", "", say("more_legend")), make("div", "legend-body", ...further)));
    }
    L.DomEvent.disableClickPropagation(this.box);
    L.DomEvent.disableScrollPropagation(this.box);
    map.getContainer().append(this.box);
    this.fill();
  }

  /** The keys as they are now: kinds with their number, or the steps of a ramp. */
  fill() {
    const { outlines, say } = this;
    if (outlines.by === "kind") {
      const counted = outlines.kinds();
      this.keys.replaceChildren(...KINDS.map((kind) =>
        make("li", "", make("i", `hue kind-${kind}`), say(kind), make("b", "num", String(counted.get(kind) ?? 0)))));
      return;
    }
    const steps = outlines.ramp;
    this.keys.replaceChildren(...steps.map((least, i) => {
      const next = steps[i + 1];
      const words = next === undefined ? `≥ ${least}` : next - 1 === least ? String(least) : `${least}–${next - 1}`;
      return make("li", "", make("i", `ramp ${outlines.by} step-${i}`), say(outlines.by === "load" ? "open_n" : "late_n", { n: words }));
    }));
  }

  #colours() {
    const choice = make("select", "form-select");
    choice.setAttribute("aria-label", this.say("colour_by"));
    for (const by of ["kind", "load", "late"]) choice.append(new Option(this.say(`by_${by}`), by));
    choice.addEventListener("change", () => {
      this.outlines.by = choice.value;
      this.outlines.restyle();
      this.fill();
    });
    return make("label", "legend-choice", make("span", "tiny", this.say("colour_by")), choice);
  }

  #layers() {
    const list = make("fieldset", "legend-layers", make("legend", "tiny", this.say("shown")));
    for (const layer of this.layers) {
      const tick = make("input", "form-check-input");
      tick.type = "checkbox";
      tick.checked = Boolean(layer.shown);
      tick.addEventListener("change", () => (tick.checked ? layer.show() : layer.hide()));
      list.append(make("label", "", tick, ...(layer.swatch ? [make("i", layer.swatch)] : []), layer.title));
    }
    return list;
  }

  #bases() {
    const choice = make("select", "form-select");
    choice.setAttribute("aria-label", this.say("ground"));
    choice.append(new Option(this.say("built_in"), "built-in"));
    for (const { name, title } of this.base.rasters) choice.append(new Option(title, name));
    choice.addEventListener("change", () => this.base.use(choice.value));
    this.map.on("basemap", ({ name }) => (choice.value = name));
    return make("label", "legend-choice", make("span", "tiny", this.say("ground")), choice);
  }
}
