/**
 * The desk by keyboard: through the queue, open, choose, act. `data-key="m"` names the key of a
 * button, of the summary that opens a form, or of a box with one button.
 */
const queue = document.querySelector("[data-queue]");
const dialog = document.getElementById("keys");
const button = document.querySelector("[data-keys]");
let here = null;

const rows = () => [...queue.querySelectorAll(".queue-row")];
const row = () => rows().find((each) => each.dataset.select === here);

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(row() ?? all.find((each) => each.hasAttribute("aria-current")));
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))];
  next.focus();
}

function mark() {
  const box = (row() ?? document.activeElement.closest?.(".queue-row"))?.parentElement.querySelector("[type=checkbox]");
  if (box) box.checked = !box.checked;
}

/** Presses what has the key: the chosen case first, then the queue. */
function press(key) {
  const found = document.querySelector(`#chosen [data-key="${CSS.escape(key)}"], [data-queue] [data-key="${CSS.escape(key)}"]`);
  if (!found) return false;
  if (found.matches("input")) found.focus();
  else if (found.matches("summary")) open(found.parentElement);
  else (found.matches("a, button") ? found : found.querySelector("button"))?.click();
  return true;
}

function open(details) {
  for (let each = details; each; each = each.parentElement.closest("details")) each.open = true;
  details.scrollIntoView({ block: "nearest" });
  details.querySelector("select, textarea, input:not([type=hidden]), [data-go]")?.focus();
}

const DEEDS = {
  j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1), x: mark,
  b: () => queue.querySelector(".bulk-bar button")?.focus(),
  "?": () => dialog.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
  const { target } = event;
  if (event.key === "Escape" && !event.defaultPrevented && !target.closest(".finder")) {
    (row() ?? queue.querySelector(".queue-row"))?.focus();
    return;
  }
  if (target.matches("select, textarea, input:not([type=checkbox])") || target.isContentEditable) return;
  if (event.key.startsWith("Arrow") && target !== document.body && !queue.contains(target)) return;
  if (DEEDS[event.key]) DEEDS[event.key]();
  else if (event.key.length !== 1 || !press(event.key)) return;
  event.preventDefault();
});

queue.addEventListener("focusin", ({ target }) => {
  here = target.closest(".queue-row")?.dataset.select ?? here;
});

const idle = () => document.activeElement === document.body;

// What was chosen, and where one was, outlives the renewal of the list.
let kept = null;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target !== queue) return;
  const chosen = [...queue.querySelectorAll("[name=case]:checked")].map((each) => each.value);
  kept = { chosen: new Set(chosen.map((each) => each.split(":")[0])), focused: queue.contains(document.activeElement) || idle() };
});
// At once, not when the list has settled: a key that is pressed between would find nobody.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target !== queue || !kept) return;
  for (const each of queue.querySelectorAll("[name=case]")) each.checked = kept.chosen.has(each.value.split(":")[0]);
  // Whoever has gone on to the pane meanwhile is not called back.
  if (kept.focused && idle()) row()?.focus({ preventScroll: true });
  kept = null;
});

// Cases that were dealt with together are chosen no more.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (!detail.target.querySelector?.("[data-bulk] [role=status]")) return;
  for (const each of queue.querySelectorAll("[name=case]")) each.checked = false;
});

button.hidden = false;
button.addEventListener("click", () => dialog.showModal());
