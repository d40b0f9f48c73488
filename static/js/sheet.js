/** A sheet over a map: dragged by its grip, or opened and closed by pressing it. */

const LOW = 0.16;
const HALF = 0.47;
const FULL = 0.86;

/** @param {HTMLElement} sheet */
export function draggable(sheet) {
  const grip = sheet.querySelector("button");
  const root = document.documentElement;
  const room = () => sheet.parentElement.clientHeight;
  let part = HALF;
  let start = null;

  const set = (wanted) => {
    part = wanted;
    root.style.setProperty("--sheet", `${Math.round(room() * part)}px`);
    // Above half, the sheet covers the map instead of squeezing it.
    root.style.setProperty("--under", `${Math.round(room() * Math.min(part, HALF))}px`);
    grip.setAttribute("aria-expanded", String(part > HALF));
  };
  const nearest = (value) => [LOW, HALF, FULL].reduce((best, each) => (Math.abs(each - value) < Math.abs(best - value) ? each : best));

  grip.addEventListener("pointerdown", (event) => {
    start = { y: event.clientY, part, moved: false };
    grip.setPointerCapture(event.pointerId);
    sheet.classList.add("drags");
  });
  grip.addEventListener("pointermove", (event) => {
    if (!start) return;
    start.moved ||= Math.abs(event.clientY - start.y) > 6;
    if (start.moved) set(Math.max(LOW, Math.min(FULL, start.part + (start.y - event.clientY) / room())));
  });
  const end = () => {
    sheet.classList.remove("drags");
    if (start?.moved) set(nearest(part));
    start = null;
  };
  grip.addEventListener("pointerup", (event) => {
    if (start && !start.moved) set(part === HALF ? FULL : HALF);
    end(event);
  });
  grip.addEventListener("pointercancel", end);
  grip.addEventListener("keydown", (event) => {
    const order = [LOW, HALF, FULL];
    const turn = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (turn) set(order[Math.max(0, Math.min(2, order.indexOf(nearest(part)) + turn))]);
    else if (event.key === "Enter" || event.key === " ") set(part === HALF ? FULL : HALF);
    else return;
    event.preventDefault();
  });
  addEventListener("resize", () => set(part));
  set(HALF);
}
