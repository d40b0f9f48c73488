/** Corners of a zone: clicked into the picture or typed, and always the same in both. */
const [WIDE, TALL] = [1600, 900];
const form = document.querySelector("[data-zone-form]");
const canvas = document.querySelector("[data-canvas]");
const drawn = canvas.querySelector("[data-drawn]");
const field = form.querySelector("[data-corners]");

/** @returns {number[][]} */
const corners = () =>
  field.value
    .split(/[\n;]/)
    .map((line) => line.trim().split(/[\s,，]+/).map(Number))
    .filter((pair) => pair.length === 2 && pair.every(Number.isFinite));

function show() {
  drawn.setAttribute("points", corners().map(([x, y]) => `${x * WIDE},${y * TALL}`).join(" "));
}

/** @param {number[][]} pairs */
function say(pairs) {
  field.value = pairs.map((pair) => pair.map((each) => each.toFixed(3)).join(", ")).join("\n");
  show();
}

canvas.addEventListener("click", (event) => {
  const box = canvas.getBoundingClientRect();
  const part = (value, size) => Math.min(1, Math.max(0, value / size));
  say([...corners(), [part(event.clientX - box.left, box.width), part(event.clientY - box.top, box.height)]]);
});
form.querySelector("[data-undo]").addEventListener("click", () => say(corners().slice(0, -1)));
form.querySelector("[data-clear]").addEventListener("click", () => say([]));
form.querySelector("[data-tools]").hidden = false;
field.addEventListener("input", show);
show();
