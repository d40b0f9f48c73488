/** A card at a mark of the map, as the house writes it: its forms work in it, and a camera in it is looked at. */
import { latLng } from "./geometry.js";
import { make } from "./words.js";

/** Layers whose marks open a card, and its address. */
const CARDS = { cameras: (id) => `/cameras/${id}/glance` };

/** @param {string} layer @returns {boolean} */
export const hasCard = (layer) => layer in CARDS;

/**
 * Opens the card of a mark; where it does not come, the map tells so.
 * @param {object} leaflet @param {{layer: string, id: number, at: [number, number]}} mark @param {string} failed what is told
 */
export async function openCard(leaflet, { layer, id, at }, failed) {
  const answer = await fetch(CARDS[layer](id), { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) {
    leaflet.fire("told", { words: failed });
    return;
  }
  const inside = make("div", "map-card");
  inside.innerHTML = await answer.text();
  const { x, y } = leaflet.getSize();
  // The tools of the map stand at its right.
  const maxWidth = Math.min(300, x - 120);
  const popup = L.popup({ minWidth: Math.min(240, maxWidth), maxWidth, maxHeight: y - 56, autoPanPaddingTopLeft: [12, 12], autoPanPaddingBottomRight: [76, 12] });
  // What comes later, such as a picture, makes it larger.
  new ResizeObserver(() => popup.isOpen() && popup.update()).observe(inside);
  popup.setLatLng(latLng(at)).setContent(inside).openOn(leaflet);
  window.htmx.process(inside);
  import("../cameras/player.js");
}
