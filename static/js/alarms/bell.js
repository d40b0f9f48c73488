/**
 * The corner of every page: at the desk what nobody has acknowledged, on the phone where one is asked to
 * go. It is shown, heard and spoken until it is answered. Sound begins only when the person allows it;
 * one open tab speaks for all.
 */
import "./clocks.js";

const corner = document.getElementById("alarm-corner");
const AGAIN_MS = 8000;
const WISH = "wangge-alarm-sound";

let audio = null;
let speaking = false;
// What the person has made small: anything else that rings stands open again.
let folded = "";
let spoken = "";

const wanted = () => localStorage.getItem(WISH) === "on";
const ringing = () => corner.querySelector("[data-ringing]");

/** Two tones, higher and more of them the worse it is. */
function tone(severity) {
  const critical = severity === "critical";
  const beats = critical ? 4 : severity === "major" ? 2 : 1;
  for (let beat = 0; beat < beats; beat += 1) {
    const at = audio.currentTime + beat * 0.28;
    const sound = audio.createOscillator();
    const volume = audio.createGain();
    sound.frequency.value = beat % 2 ? (critical ? 988 : 660) : critical ? 1319 : 880;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.24);
    sound.connect(volume).connect(audio.destination);
    sound.start(at);
    sound.stop(at + 0.25);
  }
}

function say(words) {
  if (!("speechSynthesis" in window)) return;
  const said = new SpeechSynthesisUtterance(words);
  said.lang = document.documentElement.lang === "en" ? "en-US" : "zh-CN";
  speechSynthesis.cancel();
  speechSynthesis.speak(said);
}

/** Each new alarm is spoken once; the tone comes again until it is acknowledged. */
function sound() {
  const now = ringing();
  if (!now || !speaking || !wanted() || audio?.state !== "running") return;
  tone(now.dataset.ringing);
  navigator.vibrate?.([300, 150, 300]);
  if (spoken === now.dataset.key) return;
  spoken = now.dataset.key;
  say(now.dataset.said);
}

function show() {
  const now = ringing();
  corner.hidden = !now || now.dataset.here === location.pathname;
  if (!now) return;
  const small = folded === now.dataset.all;
  corner.classList.toggle("is-folded", small);
  now.querySelector("[data-fold]")?.setAttribute("aria-expanded", String(!small));
  const heard = wanted() && audio?.state === "running";
  // Wished for on this machine, and kept quiet by the browser until somebody touches the page.
  now.querySelector("[data-blocked]").hidden = heard || !wanted();
  now.querySelector("[data-sound]").hidden = heard;
  now.querySelector("[data-hush]").hidden = !heard;
}

/** The sound begins as soon as the browser lets it: at once after a touch, at times without one. */
function allow() {
  if (!audio) {
    audio = new AudioContext();
    audio.addEventListener("statechange", () => {
      show();
      sound();
    });
  }
  // Where the browser waits for a touch, this waits with it.
  audio.resume().then(show, show);
}

corner.addEventListener("click", ({ target }) => {
  if (target.closest("[data-fold]")) {
    folded = folded === ringing().dataset.all ? "" : ringing().dataset.all;
    show();
  } else if (target.closest("[data-sound]")) {
    localStorage.setItem(WISH, "on");
    allow();
  } else if (target.closest("[data-hush]")) {
    localStorage.setItem(WISH, "off");
    if ("speechSynthesis" in window) speechSynthesis.cancel();
    show();
  }
});

// A browser lets a page sound only after somebody has touched it: any touch or key brings back the sound that was wished.
for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => wanted() && audio?.state !== "running" && allow());

// `q` acknowledges the first that rings, from any page of the desk, unless somebody is writing.
addEventListener("keydown", (event) => {
  const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "q" || writing || event.ctrlKey || event.metaKey || event.altKey) return;
  const button = corner.querySelector("[data-acknowledge]");
  if (!button) return;
  event.preventDefault();
  button.click();
});

corner.addEventListener("htmx:afterSettle", () => {
  show();
  sound();
});

const lead = () => {
  speaking = true;
  return new Promise(() => {});
};
if (navigator.locks) navigator.locks.request("wangge-alarm-voice", lead);
else lead();
setInterval(sound, AGAIN_MS);
// The page keeps so much room below itself that nothing of it stays under the corner.
new ResizeObserver(() => document.documentElement.style.setProperty("--corner", `${corner.offsetHeight}px`)).observe(corner);
// The corner may have been filled before this came over a slow network.
show();
if (wanted()) allow();
