/** A point to be placed by hand: dragged, clicked, or moved with the arrow keys. */
import { latLng } from "./geometry.js";
import { means } from "./place.js";

// Metres that one press of an arrow key moves the point.
const STEP = 5;

/**
 * @param {{at?: [number, number], accuracy?: number, moved?: (at: [number, number], meaning: object) => void}} options
 * @returns {{move: (at: [number, number], accuracy?: number|null) => void, end: () => void}}
 */
export function pickPoint(map, outlines, say, { at, accuracy = null, moved = () => {} }) {
  const pin = L.marker(latLng(at ?? [map.getCenter().lng, map.getCenter().lat]), {
    draggable: true, autoPan: true, keyboard: true, title: say("pick"), alt: say("pick"), zIndexOffset: 2000,
    icon: L.divIcon({ className: "pick", html: '<svg viewBox="0 0 32 42" aria-hidden="true"><path d="M16 41C7 29 2 22 2 15.500a14 14 0 0 1 28 0C30 22 25 29 16 41Z"/><circle cx="16" cy="15.500" r="5.500"/></svg>', iconSize: [32, 42], iconAnchor: [16, 41] }),
  });
  const circle = L.circle(pin.getLatLng(), { radius: accuracy ?? 0, className: "doubt", interactive: false, renderer: L.svg() });
  const tell = (doubt) => {
    const { lng, lat } = pin.getLatLng();
    circle.setLatLng(pin.getLatLng()).setRadius(doubt ?? 0);
    moved([lng, lat], means(outlines, [lng, lat], doubt, say));
  };
  const move = (to, doubt = null) => {
    pin.setLatLng(latLng(to));
    tell(doubt);
  };
  const clicked = ({ latlng }) => move([latlng.lng, latlng.lat]);
  const pressed = (event) => {
    const turn = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (!turn) return;
    event.preventDefault();
    event.stopPropagation();
    const { lng, lat } = pin.getLatLng();
    const degree = STEP / 111320;
    move([lng + (turn[0] * degree) / Math.cos((lat * Math.PI) / 180), lat + turn[1] * degree]);
  };
  circle.addTo(map);
  pin.on("dragend", () => tell(null)).addTo(map);
  pin.getElement().addEventListener("keydown", pressed);
  map.on("click grid", clicked);
  map.fire("picking", { on: true });
  tell(accuracy);
  return {
    move,
    end() {
      map.off("click grid", clicked);
      map.fire("picking", { on: false });
      pin.remove();
      circle.remove();
    },
  };
}
