/** A camera looked at: pictures every few seconds, and the film as soon as it plays. */
const EVERY_MS = 4000;

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

/** @param {HTMLElement} box */
function begin(box) {
  if (box.dataset.begun) return;
  box.dataset.begun = "1";
  const picture = box.querySelector("[data-picture]");
  const film = box.querySelector("video");
  const state = box.querySelector("[data-said]");
  const source = new URL(picture.src);
  let plays = false;

  const again = () => {
    if (plays || !box.isConnected) return;
    source.searchParams.set("at", Date.now().toString());
    picture.src = source.href;
  };
  picture.addEventListener("load", () => setTimeout(again, EVERY_MS));
  picture.addEventListener("error", () => {
    if (!plays) state.textContent = box.dataset.nothing;
    setTimeout(again, 3 * EVERY_MS);
  });

  const instead = (words) => {
    plays = false;
    film.hidden = true;
    picture.hidden = false;
    state.textContent = words;
    again();
  };
  film.addEventListener("playing", () => {
    plays = true;
    film.hidden = false;
    picture.hidden = true;
    state.textContent = box.dataset.plays;
  });

  if (!box.dataset.film) return instead(box.dataset.pictures);
  script(box.dataset.hls).then(() => play(box, film, instead), () => instead(box.dataset.pictures));
}

/** @param {HTMLElement} box @param {HTMLVideoElement} film @param {(words: string) => void} instead */
function play(box, film, instead) {
  const { Hls } = window;
  if (!Hls.isSupported()) return instead(box.dataset.codec);
  const player = new Hls({ enableWorker: false, liveSyncDurationCount: 2, manifestLoadingTimeOut: 20000 });
  player.on(Hls.Events.MANIFEST_PARSED, () => film.play().catch(() => {}));
  player.on(Hls.Events.ERROR, (_name, error) => {
    if (!error.fatal && !/codec/i.test(error.details)) return;
    player.destroy();
    const over = error.response?.code === 403;
    const codec = /codec|addBuffer|appendError|parsing/i.test(error.details);
    instead(over ? box.dataset.over : codec ? box.dataset.codec : box.dataset.pictures);
  });
  player.loadSource(box.dataset.film);
  player.attachMedia(film);
}

const all = (root) => root.querySelectorAll("[data-player]").forEach(begin);
all(document);
document.body.addEventListener("htmx:load", (event) => all(event.target.parentElement ?? document));
