/** The map of the enterprises above their list. */
import { createMap } from "../map/map.js";

for (const box of document.querySelectorAll("[data-safety-map]")) createMap(box.querySelector("[data-map]"));
