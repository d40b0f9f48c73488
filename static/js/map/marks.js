/** Marks of cases and places that give way to names: moved aside, with a line to where they belong. */
import { away } from "./room.js";

// A mark goes so far at most, and looks in so many directions at each step.
const FARTHEST = 56;
const STEP = 4;
const TURNS = 16;
// Nearer than this many pixels no line is needed.
const PLAIN = 7;
// A mark may touch a name by so much.
const TOUCH = 1;
const SVG = "http://www.w3.org/2000/svg";

/** Where marks stand when nothing moves them, in the pixels of the map. @returns {{element: HTMLElement, left: number, top: number, right: number, bottom: number}[]} */
export function marksOf(map) {
  const drawn = [...map.getPane("markerPane").querySelectorAll(".pin, .spot, .heap")];
  for (const each of drawn) each.style.translate = "";
  const around = map.getContainer().getBoundingClientRect();
  const { x, y } = map.getPixelBounds().min;
  return drawn.map((element) => {
    const box = element.getBoundingClientRect();
    const [left, top] = [box.left - around.left + x, box.top - around.top + y];
    return { element, left, top, right: left + box.width, bottom: top + box.height };
  });
}

/** Marks that would hide a name stand aside; answers the lines to where they belong. @param {object[]} names boxes @param {(at: [number, number]) => boolean} seen */
export function giveWay(marks, names, seen, origin) {
  const round = marks.map(({ element, left, top, right, bottom }) => ({ element, x: (left + right) / 2, y: (top + bottom) / 2, r: (right - left) / 2 }));
  const lines = [];
  for (const mark of round) {
    if (mark.element.classList.contains("chosen")) continue;
    const near = names.filter((box) => away([mark.x, mark.y], box) < mark.r + FARTHEST);
    const others = round.filter((other) => other !== mark && Math.hypot(other.x - mark.x, other.y - mark.y) < mark.r + other.r + FARTHEST);
    const stands = (x, y) => near.every((box) => away([x, y], box) >= mark.r - TOUCH);
    if (stands(mark.x, mark.y)) continue;
    const free = ([x, y]) => stands(x, y) && seen([x, y]) && others.every((other) => Math.hypot(other.x - x, other.y - y) >= mark.r + other.r - TOUCH);
    const found = spiral(mark).find(free);
    if (!found) continue;
    const [x, y] = found;
    mark.element.style.translate = `${x - mark.x}px ${y - mark.y}px`;
    if (Math.hypot(x - mark.x, y - mark.y) > PLAIN) lines.push(leader(mark, { x, y }, origin));
    Object.assign(mark, { x, y });
  }
  return lines;
}

function spiral({ x, y }) {
  const found = [];
  for (let away = STEP; away <= FARTHEST; away += STEP) {
    for (let turn = 0; turn < TURNS; turn++) {
      const angle = (turn * 2 * Math.PI) / TURNS;
      found.push([x + away * Math.cos(angle), y + away * Math.sin(angle)]);
    }
  }
  return found;
}

function leader(from, to, origin) {
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("class", "leader");
  const line = document.createElementNS(SVG, "line");
  const dot = document.createElementNS(SVG, "circle");
  const ends = { x1: from.x - origin.x, y1: from.y - origin.y, x2: to.x - origin.x, y2: to.y - origin.y };
  for (const [name, value] of Object.entries(ends)) line.setAttribute(name, value.toFixed(1));
  for (const [name, value] of Object.entries({ cx: ends.x1, cy: ends.y1, r: 2 })) dot.setAttribute(name, Number(value).toFixed(1));
  drawn.append(line, dot);
  return drawn;
}
