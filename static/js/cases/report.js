/** The report: position by itself, photos shown, voice kept, sent at once or kept until the network is back. */
import { createMap } from "../map/map.js";
import { keep, sendAll, waiting } from "../offline.js";
import { heard, here } from "../queue/position.js";
import { takeDraft } from "../queue/store.js";
import { tell } from "../requests.js";
import { addressOf, fromField, openedFor, refill, toField } from "./again.js";
import { answersIn, showAsks } from "./asks.js";

const form = document.querySelector("[data-report]");
const placeWords = form.querySelector("[data-place-words]");
const shots = form.querySelector("[data-shots]");
const when = form.querySelector("[data-when]");
const files = [];
const CLOSE = 17;
// The report as it lies in the queue, once the server has refused it.
let kept = await openedFor();
if (kept) {
  refill(form, kept);
  showAsks(form, kept.fields);
}

function stand([lon, lat], accuracy, words) {
  form.elements.lon.value = lon.toFixed(6);
  form.elements.lat.value = lat.toFixed(6);
  form.elements.accuracy_m.value = accuracy == null ? "" : Math.round(accuracy);
  if (words) placeWords.textContent = words;
}

const sayOf = ({ title, words }) => [title, words].filter(Boolean).join(" · ");
const typed = () => [Number(form.elements.lon.value), Number(form.elements.lat.value)];
const isTyped = () => form.elements.lon.value !== "" && form.elements.lat.value !== "" && typed().every(Number.isFinite);

async function placePin() {
  const map = createMap(document.getElementById("report-map"));
  placeWords.textContent = form.dataset.looking;
  await map.ready;
  let pin = null;
  let placing = null;
  // Once the person has said where it is, the phone's own position moves the pin no more.
  let byHand = isTyped();
  const put = (at, accuracy = null) => {
    const first = !pin;
    placing = { accuracy };
    if (pin) pin.move(at, accuracy);
    else pin = map.pickPoint({ at, accuracy, moved });
    placing = null;
    if (first || byHand) map.leaflet.setView([at[1], at[0]], CLOSE, { animate: false });
  };
  function moved(spot, meaning) {
    byHand ||= !placing;
    stand(spot, placing?.accuracy, sayOf(meaning));
    fault("lon");
  }
  if (byHand) put(typed(), Number(form.elements.accuracy_m.value) || null);
  map.on("placed", ({ at, accuracy }) => {
    heard(at, accuracy);
    if (!byHand) put(at, accuracy);
  });
  map.on("unplaced", ({ words }) => {
    if (pin) return;
    placeWords.textContent = words;
    form.querySelector(".by-hand").open = true;
  });
  map.place.start({ go: false });
  form.elements.spot.addEventListener("change", ({ target }) => {
    if (!target.value) return;
    byHand = true;
    put(target.value.split(",").map(Number));
  });
  for (const name of ["lon", "lat"]) {
    form.elements[name].addEventListener("change", () => {
      if (!isTyped()) return;
      byHand = true;
      put(typed());
    });
  }
}

placePin();

function add(kind, blob, name, { stage = "found", at = standing() } = {}) {
  const file = { id: crypto.randomUUID(), kind, blob, name, stage, at };
  files.push(file);
  const shot = document.createElement("div");
  shot.className = `shot is-${kind}`;
  const shown = document.createElement(kind === "photo" ? "img" : "audio");
  shown.src = URL.createObjectURL(blob);
  if (kind === "voice") shown.controls = true;
  else shown.alt = name;
  const away = document.createElement("button");
  away.type = "button";
  away.className = "round";
  away.textContent = "×";
  away.setAttribute("aria-label", form.dataset.away.replace("{name}", name));
  away.addEventListener("click", () => {
    files.splice(files.indexOf(file), 1);
    URL.revokeObjectURL(shown.src);
    shot.remove();
  });
  shot.append(shown, away);
  (stage === "after" ? form.querySelector("[data-shots-after]") : shots).append(shot);
  fault("words");
}

for (const [name, stage] of [["photo", "found"], ["after", "after"]]) {
  form.querySelector(`input[name=${name}]`).addEventListener("change", ({ target }) => {
    for (const each of target.files) add("photo", each, each.name, { stage });
    target.value = "";
  });
}

/** Where the phone is now, for a file that was made here. */
function standing() {
  return here() ?? undefined;
}

const solved = form.querySelector("[data-solved]");

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
      add("voice", new Blob(parts, { type: recording.mimeType }), form.dataset.voice);
      recording = null;
      recorder.classList.remove("records");
      recorder.lastElementChild.textContent = recorder.dataset.start;
    });
    recording.start();
    recorder.classList.add("records");
    recorder.lastElementChild.textContent = recorder.dataset.stop;
  } catch {
    tell(form.dataset.noSound);
  }
});

/** Words beside a field; without words the field is in order. Answers where they stand. */
function fault(name, words = "") {
  const place = form.querySelector(`[data-error="${name}"]`);
  if (!place) return null;
  place.textContent = words;
  place.hidden = !words;
  return words ? place : null;
}

/** Every field says what is wrong with it, and the first one is brought into sight. */
function faults(wrong) {
  const places = Object.entries(wrong).map(([name, words]) => fault(name === "lat" ? "lon" : name, words));
  places.find(Boolean)?.scrollIntoView({ block: "center" });
  return places.some(Boolean);
}

/** The server has said no: the report stays in the queue, and here it is put right. */
function putRight(item) {
  kept = item;
  history.replaceState(null, "", addressOf(item.id));
  const wrong = item.faults ?? {};
  // A phone with a wrong clock is the only one that is asked for the time.
  if (wrong.happened_at) {
    when.hidden = false;
    when.querySelector("input").value = toField(item.made);
  }
  if (!faults(wrong) && item.error && item.status) tell(item.error);
}

function missing(data) {
  const nothing = !files.length && !data.get("words").trim();
  return {
    words: nothing ? form.dataset.nothing : "",
    class_code: data.get("class_code") ? "" : form.dataset.noClass,
    lon: isTyped() ? "" : form.dataset.noPlace,
    after: solved.open && !files.some(({ stage }) => stage === "after") ? form.dataset.noAfter : "",
  };
}

form.addEventListener("change", ({ target }) => target.name === "class_code" && fault("class_code"));
document.getElementById("class-search").addEventListener("submit", (event) => event.preventDefault());

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const data = new FormData(form);
  if (faults(missing(data))) return;
  const button = form.querySelector(".report-send button");
  button.disabled = true;
  const fields = {};
  for (const name of ["class_code", "lon", "lat", "datum", "accuracy_m", "words", "where_words", "said_grid", "spent_s"]) {
    if (data.get(name)) fields[name] = data.get(name);
  }
  Object.assign(fields, answersIn(data));
  const title = form.querySelector("input[name=class_code]:checked").nextElementSibling.textContent.trim();
  // Not the one of the page: a page kept offline is opened again and again.
  const id = kept?.id ?? crypto.randomUUID();
  const told = when.hidden ? null : fromField(when.querySelector("input").value);
  kept = {
    id, account: Number(form.dataset.account), kind: "report", address: form.getAttribute("action"),
    fields, files: [...files], solved: solved.open ? { id: kept?.solved?.id ?? crypto.randomUUID(), note: data.get("solved_note") } : null, made: told ?? kept?.made ?? new Date().toISOString(), title, tries: 0, error: null, edition: (kept?.edition ?? 0) + 1,
  };
  await keep(kept);
  await sendAll();
  const refused = (await waiting()).find((each) => each.id === id && each.status === 422 && !each.arrived);
  if (!refused) return arrived ?? location.assign(form.dataset.unsent);
  button.disabled = false;
  putRight(refused);
});

let arrived = null;
document.addEventListener("wangge:sent", ({ detail }) => {
  if (detail.item.id !== kept?.id) return;
  arrived = detail.answer;
  location.assign(arrived.url);
});

if (kept) {
  if (kept.solved) {
    solved.open = true;
    form.elements.solved_note.value = kept.solved.note ?? "";
  }
  for (const { kind, blob, name, stage, at } of kept.files) add(kind, blob, name, { stage, at });
  putRight(kept);
}

// The photo was taken on the page before: the camera opened by the first tap.
const draft = await takeDraft("photo");
if (draft && draft.account === Number(form.dataset.account)) add("photo", draft.blob, draft.name, { at: draft.at });
