/**
 * Where the person stands goes along with a step, if they say so: a box that is remembered on this phone, asked for once when it
 * is marked and when a page with it opens. Nothing is asked for or sent without a step.
 */
const KEPT = "say-where";
let at = null;

function ask() {
  navigator.geolocation?.getCurrentPosition(({ coords }) => (at = coords), () => (at = null), { enableHighAccuracy: true, maximumAge: 60000, timeout: 20000 });
}

function enhance() {
  const box = document.querySelector("[data-say-where]");
  if (!box?.hidden || !navigator.geolocation) return;
  const wish = box.querySelector("input");
  box.hidden = false;
  wish.checked = localStorage.getItem(KEPT) === "1";
  if (wish.checked) ask();
  wish.addEventListener("change", () => {
    localStorage.setItem(KEPT, wish.checked ? "1" : "0");
    at = null;
    if (wish.checked) ask();
  });
}

document.addEventListener("submit", ({ target }) => {
  const form = target.closest("form[data-move]");
  if (!form) return;
  const says = at && document.querySelector("[data-say-where] input")?.checked;
  const values = says ? { here_lon: at.longitude.toFixed(6), here_lat: at.latitude.toFixed(6), here_accuracy_m: Math.round(at.accuracy) } : {};
  for (const name of ["here_lon", "here_lat", "here_accuracy_m"]) {
    form.elements[name]?.remove();
    if (!(name in values)) continue;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value: values[name] });
    form.append(field);
  }
}, true);

document.addEventListener("htmx:afterSettle", enhance);
enhance();
