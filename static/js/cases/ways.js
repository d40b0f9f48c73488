/** Lines on a map from where people are to the case they could go to, with the minutes in words. */
import { latLng } from "../map/geometry.js";
import { make, token } from "../map/words.js";

export class Ways {
  /** @param {L.Map} map */
  constructor(map) {
    this.lines = L.layerGroup().addTo(map);
  }

  /** Shows the ways that an element holds, and no others. @param {Element | null} element with `data-ways` */
  show(element) {
    this.lines.clearLayers();
    const rows = element ? JSON.parse(element.dataset.ways) : [];
    for (const { from, to, words, first } of rows) {
      if (!from || !to) continue;
      const style = { color: token(first ? "done" : "ink2"), weight: first ? 4 : 2.5, dashArray: first ? null : "2 7", interactive: false };
      L.polyline([latLng(from), latLng(to)], style).addTo(this.lines);
      const end = L.circleMarker(latLng(from), { ...style, radius: 5, fill: true, fillColor: token("card"), fillOpacity: 1, dashArray: null });
      end.bindTooltip(make("span", "", words), { permanent: rows.length < 5, direction: "top", className: "way-words", offset: [0, -6] }).addTo(this.lines);
    }
  }
}
