/** The report of a resident: a pin for the place, photos shown, errors beside their fields, sent without leaving the page. */
import "../cases/asks.js";
import { createMap } from "../map/map.js";
import { tell, token } from "../requests.js";

const form = document.querySelector("[data-tell]");
const placeWords = form.querySelector("[data-place-words]");
const shots = form.querySelector("[data-shots]");
const files = [];
const CLOSE = 17;

async function placePin() {
  const map = createMap(document.getElementById("report-map"));
  placeWords.textContent = form.dataset.looking;
  await map.ready;
  const { lon, lat, accuracy_m: accuracy, spot } = form.elements;
  let pin = null;
  let placing = null;
  let byHand = lon.value !== "" && lat.value !== "";
  function moved([x, y], { title, words }) {
    byHand ||= !placing;
    lon.value = x.toFixed(6);
    lat.value = y.toFixed(6);
    accuracy.value = placing?.accuracy == null ? "" : Math.round(placing.accuracy);
    placeWords.textContent = [title, words].filter(Boolean).join(" · ");
    fault("lon");
    fault("where_words");
  }
  function put(at, doubt = null) {
    placing = { accuracy: doubt };
    if (pin) pin.move(at, doubt);
    else pin = map.pickPoint({ at, accuracy: doubt, moved });
    placing = null;
    map.leaflet.setView([at[1], at[0]], CLOSE, { animate: false });
  }
  if (byHand) put([Number(lon.value), Number(lat.value)]);
  map.on("placed", ({ at, accuracy: doubt }) => byHand || put(at, doubt));
  map.on("unplaced", ({ words }) => pin || (placeWords.textContent = words));
  map.on("click", ({ latlng }) => pin || ((byHand = true), put([latlng.lng, latlng.lat])));
  map.on("grid", ({ latlng }) => pin || ((byHand = true), put([latlng.lng, latlng.lat])));
  map.place.start({ go: false });
  spot.addEventListener("change", () => {
    if (!spot.value) return;
    byHand = true;
    put(spot.value.split(",").map(Number));
  });
}

placePin();

form.querySelector("input[name=photo]").addEventListener("change", ({ target }) => {
  for (const blob of target.files) add(blob);
  target.value = "";
});

function add(blob) {
  files.push(blob);
  const shot = document.createElement("div");
  shot.className = "shot is-photo";
  const shown = document.createElement("img");
  shown.src = URL.createObjectURL(blob);
  shown.alt = blob.name;
  const away = document.createElement("button");
  away.type = "button";
  away.className = "round";
  away.textContent = "×";
  away.setAttribute("aria-label", form.dataset.away.replace("{name}", blob.name));
  away.addEventListener("click", () => {
    files.splice(files.indexOf(blob), 1);
    URL.revokeObjectURL(shown.src);
    shot.remove();
  });
  shot.append(shown, away);
  shots.append(shot);
  fault("words");
}

/** Words beside a field; without words the field is in order. Answers where they stand. */
function fault(name, words = "") {
  const place = form.querySelector(`[data-error="${name}"]`);
  if (!place) return null;
  place.textContent = words;
  place.hidden = !words;
  return words ? place : null;
}

// Not when a field is left: what goes then would move the button that is just being pressed.
form.addEventListener("input", ({ target }) => target.name && fault(target.name));
document.getElementById("class-search").addEventListener("submit", (event) => event.preventDefault());

form.addEventListener("submit", async (event) => {
  if (event.submitter?.matches("[data-code]")) return;
  event.preventDefault();
  const button = form.querySelector(".report-send button");
  button.disabled = true;
  const data = new FormData(form);
  data.delete("photo");
  for (const blob of files) data.append("photo", blob, blob.name);
  const headers = { Accept: "application/json", "X-CSRFToken": token() };
  const answer = await fetch(form.action, { method: "POST", body: data, headers }).catch(() => null);
  if (answer?.status === 201) return location.assign((await answer.json()).url);
  button.disabled = false;
  const said = await answer?.json().catch(() => null);
  for (const each of form.querySelectorAll("[data-error]")) fault(each.dataset.error);
  const wrong = Object.entries(said?.error.fields ?? {});
  const places = wrong.map(([name, words]) => fault(name === "lat" ? "lon" : name, words));
  const first = places.find(Boolean);
  if (first) first.scrollIntoView({ block: "center" });
  else tell(said?.error.message ?? form.dataset.lost);
});
