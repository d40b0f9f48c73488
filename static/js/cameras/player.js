/** A camera looked at: pictures every few seconds, and the film as soon as it plays; neither while it is out of sight. */
import { token } from "../requests.js";

const EVERY_MS = 4000;

/** What runs in each box that is looked at. @type {Map<HTMLElement, {rest: () => void, go: () => void}>} */
const running = new Map();

const inSight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    target.dataset.insight = isIntersecting ? "1" : "";
    settle(target);
  }
});

document.addEventListener("visibilitychange", () => [...running.keys()].forEach(settle));
window.addEventListener("pagehide", () => running.forEach((each) => each.rest()));
window.addEventListener("pageshow", ({ persisted }) => persisted && [...running.keys()].forEach(settle));

/** @param {HTMLElement} box */
function settle(box) {
  const seen = box.isConnected && box.dataset.insight && document.visibilityState === "visible";
  running.get(box)?.[seen ? "go" : "rest"]();
}

/** @param {string} address @returns {Promise<void>} */
function script(address) {
  return new Promise((done, failed) => {
    if (window.Hls) return done();
    const made = document.createElement("script");
    made.src = address;
    made.onload = () => done();
    made.onerror = () => failed(new Error("hls"));
    document.head.append(made);
  });
}

/** The camera in this box is shown from now on. @param {HTMLElement} box */
export function begin(box) {
  if (running.has(box)) return;
  const picture = box.querySelector("[data-picture]");
  const film = box.querySelector("video");
  const state = box.querySelector("[data-said]");
  const source = new URL(picture.src);
  let turn = 0;
  let player = null;
  let waits = 0;
  let plays = false;

  const again = () => {
    if (plays || !turn) return;
    source.searchParams.set("at", Date.now().toString());
    picture.src = source.href;
  };
  const soon = (ms) => {
    clearTimeout(waits);
    waits = setTimeout(again, ms);
  };
  picture.addEventListener("load", () => soon(EVERY_MS));
  picture.addEventListener("error", () => {
    if (!plays && turn) state.textContent = box.dataset.nothing;
    soon(3 * EVERY_MS);
  });
  film.addEventListener("playing", () => {
    plays = true;
    film.hidden = false;
    picture.hidden = true;
    state.textContent = box.dataset.plays;
  });

  const still = () => {
    plays = false;
    film.hidden = true;
    picture.hidden = false;
  };
  const instead = (words) => {
    leave();
    still();
    state.textContent = words;
    again();
  };
  const leave = () => {
    if (!player) return;
    player.destroy();
    player = null;
    const headers = { "X-CSRFToken": token() };
    fetch(box.dataset.leave, { method: "POST", headers, keepalive: true }).catch(() => {});
  };
  const go = () => {
    if (turn) return;
    const mine = (turn = Date.now() + Math.random());
    soon(EVERY_MS);
    if (!box.dataset.film) return instead(box.dataset.pictures);
    const start = () => {
      if (turn === mine) player = play(box, film, instead);
    };
    script(box.dataset.hls).then(start, () => instead(box.dataset.pictures));
  };
  const rest = () => {
    if (!turn) return;
    turn = 0;
    clearTimeout(waits);
    leave();
    still();
  };
  running.set(box, { go, rest });
  inSight.observe(box);
}

/** The camera in this box is looked at no more. @param {HTMLElement} box */
export function end(box) {
  running.get(box)?.rest();
  running.delete(box);
  inSight.unobserve(box);
}

/** @param {HTMLElement} box @param {HTMLVideoElement} film @param {(words: string) => void} instead */
function play(box, film, instead) {
  const { Hls } = window;
  if (!Hls.isSupported()) return void instead(box.dataset.codec) ?? null;
  const player = new Hls({ enableWorker: false, liveSyncDurationCount: 2, manifestLoadingTimeOut: 20000 });
  player.on(Hls.Events.MANIFEST_PARSED, () => film.play().catch(() => {}));
  player.on(Hls.Events.ERROR, (_name, error) => {
    if (!error.fatal && !/codec/i.test(error.details)) return;
    const codec = /codec|addBuffer|appendError|parsing/i.test(error.details);
    // 204: there is a film, and no place for it.
    const said = { 204: box.dataset.full, 403: box.dataset.over }[error.response?.code];
    instead(said ?? (codec ? box.dataset.codec : box.dataset.pictures));
  });
  player.loadSource(box.dataset.film);
  player.attachMedia(film);
  return player;
}

const all = (root) => root.querySelectorAll("[data-player]").forEach(begin);
all(document);
document.body.addEventListener("htmx:load", (event) => all(event.target.parentElement ?? document));
