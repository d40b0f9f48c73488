/** The page of one grid: its map; a click on a neighbour leads to the neighbour's page. */
import { createMap } from "./map/map.js";

const map = createMap(document.getElementById("map"));

document.addEventListener("wangge:select", ({ detail: { kind, id } }) => {
  const grid = kind === "grid" && map.outlines.all.get(id);
  if (grid) location.assign(`/grids/${grid.code}`);
});
