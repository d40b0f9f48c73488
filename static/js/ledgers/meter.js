/**
 * How long somebody works at a form, told to the house with the form itself, so that whoever asks for it knows what it costs.
 *
 * From the first touch of a form until it is sent, only time at work counts: a pause is cut off, and so is everything while the
 * page is not seen. Nothing is shown, nothing is kept on the phone but the number in the form; a form that is sent later by the
 * queue carries it along.
 */
const PAUSE_MS = 30_000;
const LONGEST_S = 3600;
const FIELD = "spent_s";
const measured = document.body.dataset.measured.split(" ").map((each) => new RegExp(`^${each.split("*").map(plain).join("[^/]+")}$`));
// For each form: seconds at work so far (in ms), and when the last touch was.
const spent = new WeakMap();

function plain(words) {
  return words.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
}

/** The form around an element, if it is one of those that are measured. */
function formOf(element) {
  const form = element?.form ?? element?.closest?.("form");
  if (!form || (form.getAttribute("method") ?? "").toLowerCase() !== "post") return null;
  const { pathname } = new URL(form.getAttribute("action") || location.href, location.href);
  return measured.some((each) => each.test(pathname)) ? form : null;
}

/** Time since the last touch counts, but no pause. */
function touch(form) {
  const now = performance.now();
  const known = spent.get(form) ?? { ms: 0, last: now };
  known.ms += Math.min(now - known.last, PAUSE_MS);
  known.last = now;
  spent.set(form, known);
  return known;
}

for (const kind of ["focusin", "pointerdown", "keydown", "input", "change"]) {
  document.addEventListener(kind, ({ target }) => {
    const form = formOf(target);
    if (form) touch(form);
  }, { capture: true, passive: true });
}

// While the page is not seen nobody works at it: the pause begins where it ended.
document.addEventListener("visibilitychange", () => {
  for (const form of document.forms) {
    const known = spent.get(form);
    if (!known) continue;
    if (document.hidden) touch(form);
    else known.last = performance.now();
  }
});

document.addEventListener("submit", ({ target }) => {
  const form = formOf(target);
  if (!form) return;
  const seconds = Math.min(LONGEST_S, Math.max(1, Math.round(touch(form).ms / 1000)));
  const known = form.querySelector(`input[name=${FIELD}]`);
  const field = known ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: FIELD }));
  field.value = String(seconds);
}, { capture: true });
