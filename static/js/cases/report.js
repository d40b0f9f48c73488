/** The report: position by itself, photos shown, voice kept, sent at once or kept until the network is back. */
import { createMap } from "../map/map.js";
import { keep, sendAll } from "../offline.js";
import { tell } from "../requests.js";

const form = document.querySelector("[data-report]");
const placeWords = form.querySelector("[data-place-words]");
const shots = form.querySelector("[data-shots]");
const map = createMap(document.getElementById("report-map"));
const files = [];

function stand([lon, lat], accuracy, words) {
  form.elements.lon.value = lon.toFixed(6);
  form.elements.lat.value = lat.toFixed(6);
  form.elements.accuracy_m.value = accuracy == null ? "" : Math.round(accuracy);
  if (words) placeWords.textContent = words;
}

const sayOf = ({ title, words }) => [title, words].filter(Boolean).join(" · ");

async function placePin() {
  await map.ready;
  const given = [Number(form.elements.lon.value), Number(form.elements.lat.value)];
  const begin = form.elements.lat.value ? given : null;
  let pin = null;
  let byHand = Boolean(begin);
  const put = (at, accuracy) => {
    if (pin) return pin.move(at, accuracy);
    let first = true;
    pin = map.pickPoint({
      at,
      accuracy,
      moved: (spot, meaning) => {
        stand(spot, first ? accuracy : null, sayOf(meaning));
        if (!first) byHand = true;
        first = false;
      },
    });
    map.leaflet.setView([at[1], at[0]], 16, { animate: false });
  };
  if (begin) put(begin, Number(form.elements.accuracy_m.value) || null);
  map.on("placed", ({ at, accuracy, title, words }) => {
    if (byHand) return;
    put(at, accuracy);
    stand(at, accuracy, sayOf({ title, words }));
  });
  map.on("unplaced", ({ words }) => {
    placeWords.textContent = words;
    if (!pin) form.querySelector(".by-hand").open = true;
  });
  map.place.start();
}

placePin();

form.elements.spot?.addEventListener("change", ({ target }) => {
  const [lon, lat] = target.value.split(",").map(Number);
  if (Number.isFinite(lat)) stand([lon, lat], null, target.selectedOptions[0].textContent);
});

function add(kind, blob, name) {
  const file = { id: crypto.randomUUID(), kind, blob, name, stage: "found" };
  files.push(file);
  const shot = document.createElement("div");
  shot.className = "shot";
  const shown = document.createElement(kind === "photo" ? "img" : "audio");
  shown.src = URL.createObjectURL(blob);
  if (kind === "voice") shown.controls = true;
  else shown.alt = name;
  const away = document.createElement("button");
  away.type = "button";
  away.className = "round";
  away.textContent = "×";
  away.setAttribute("aria-label", name);
  away.addEventListener("click", () => {
    files.splice(files.indexOf(file), 1);
    shot.remove();
  });
  shot.append(shown, away);
  shots.append(shot);
}

form.querySelector("input[name=photo]").addEventListener("change", ({ target }) => {
  for (const each of target.files) add("photo", each, each.name);
  target.value = "";
});

const recorder = form.querySelector("[data-record]");
let recording = null;
if (navigator.mediaDevices && "MediaRecorder" in window) recorder.hidden = false;
recorder.addEventListener("click", async () => {
  if (recording) return recording.stop();
  try {
    const sound = await navigator.mediaDevices.getUserMedia({ audio: true });
    const parts = [];
    recording = new MediaRecorder(sound);
    recording.addEventListener("dataavailable", ({ data }) => parts.push(data));
    recording.addEventListener("stop", () => {
      for (const track of sound.getTracks()) track.stop();
      add("voice", new Blob(parts, { type: recording.mimeType }), "voice");
      recording = null;
      recorder.lastElementChild.textContent = recorder.dataset.start;
    });
    recording.start();
    recorder.lastElementChild.textContent = recorder.dataset.stop;
  } catch (error) {
    tell(error.message);
  }
});

/** What is missing, in words; nothing when it can go. */
function missing(data) {
  if (!data.get("class_code")) return form.dataset.noClass;
  if (!files.length && !data.get("words").trim()) return form.dataset.nothing;
  return data.get("lat") ? null : form.dataset.noPlace;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const data = new FormData(form);
  const words = missing(data);
  if (words) return tell(words);
  const fields = {};
  for (const name of ["class_code", "lon", "lat", "datum", "accuracy_m", "words", "where_words"]) {
    if (data.get(name)) fields[name] = data.get(name);
  }
  const title = form.querySelector("input[name=class_code]:checked").parentElement.textContent.trim();
  // Not the one of the page: a page kept offline is opened again and again.
  const id = crypto.randomUUID();
  let arrived = null;
  document.addEventListener("wangge:sent", ({ detail }) => {
    if (detail.item.id === id) arrived = detail.answer;
  });
  await keep({
    id, account: Number(form.dataset.account), kind: "report", address: form.getAttribute("action"),
    fields, files: [...files], made: new Date().toISOString(), title, tries: 0, error: null,
  });
  form.querySelector(".report-send button").disabled = true;
  await sendAll();
  if (arrived) return location.assign(arrived.url);
  location.assign(form.dataset.unsent);
});
