/** A round on the wall: so many cameras at a time, each group for its seconds; by mouse, finger or keys. */
import { token } from "../requests.js";
import { begin, end } from "./player.js";

const TICK_MS = 250;
const AGAIN_MS = 5000;

/** @param {HTMLElement} stage */
function run(stage) {
  const part = (name) => stage.querySelector(`[data-${name}]`);
  const [tiles, told, left, place] = ["tiles", "told", "left", "place"].map(part);
  const turn = stage.querySelector("[data-do=turn]");
  /** @type {[number, number][]} */
  const stops = JSON.parse(stage.dataset.stops);
  let many = Number(stage.dataset.many);
  let first = 0;
  let runs = stops.length > many;
  let shownAt = Date.now();
  let spent = 0;
  let asked = 0;

  const group = () => stops.slice(first, first + many);
  const lasts = () => 1000 * Math.max(...group().map(([, seconds]) => seconds));

  function draw() {
    const walks = stops.length > many;
    const to = Math.min(first + many, stops.length);
    const said = { first: first + 1, last: to, all: stops.length };
    place.textContent = stage.dataset.placeWords.replace(/\{(\w+)\}/g, (_all, name) => said[name]);
    tiles.className = `wall of-${many}`;
    stage.querySelectorAll("[data-do=back], [data-do=on], [data-do=turn]").forEach((each) => (each.disabled = !walks));
    left.hidden = !walks;
    turn.title = runs ? turn.dataset.runs : turn.dataset.rests;
    turn.setAttribute("aria-label", turn.title);
    turn.querySelectorAll("[data-when]").forEach((each) => (each.hidden = (each.dataset.when === "runs") !== runs));
    stage.querySelectorAll("[data-tiles-of]").forEach((each) => {
      each.setAttribute("aria-pressed", String(Number(each.dataset.tilesOf) === many));
    });
  }

  /** Asks for the cameras of this group; those that stand there already stay, unless their passes are old. */
  async function show(fresh = false) {
    const mine = ++asked;
    spent = 0;
    draw();
    const said = new URLSearchParams({ wall: stage.dataset.wall, round: stage.dataset.round, many: String(many) });
    if (!runs) said.set("runs", "false");
    group().forEach(([camera]) => said.append("camera", String(camera)));
    const headers = { "X-CSRFToken": token(), "HX-Request": "true" };
    const answer = await fetch(stage.dataset.address, { method: "POST", headers, body: said }).catch(() => null);
    if (mine !== asked) return;
    if (!answer?.ok) return refused(answer, mine);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked) return;
    told.textContent = "";
    const old = new Map([...tiles.children].map((each) => [each.dataset.camera, each]));
    const next = [...page.querySelectorAll("figure[data-camera]")].map((each) => {
      const kept = !fresh && old.get(each.dataset.camera);
      return kept || document.adoptNode(each);
    });
    [...tiles.children].filter((each) => !next.includes(each)).forEach((each) => (end(each), each.remove()));
    next.forEach((each, at) => {
      if (tiles.children[at] !== each) tiles.insertBefore(each, tiles.children[at] ?? null);
      if ("player" in each.dataset) begin(each);
    });
    if (fresh || old.size === 0 || !next.every((each) => old.get(each.dataset.camera) === each)) shownAt = Date.now();
    spent = 0;
  }

  function refused(answer, mine) {
    if (answer && [401, 403, 422].includes(answer.status)) {
      runs = false;
      told.textContent = stage.dataset.overWords;
      [...tiles.children].forEach(end);
      draw();
    } else {
      told.textContent = stage.dataset.lostWords;
      setTimeout(() => mine === asked && show(), AGAIN_MS);
    }
  }

  const deeds = {
    back: () => step(-1),
    on: () => step(1),
    turn() {
      if (stops.length <= many) return;
      runs = !runs;
      draw();
    },
    full: () => (document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen?.()),
  };

  function step(by) {
    if (stops.length <= many) return;
    const groups = Math.ceil(stops.length / many);
    first = ((Math.floor(first / many) + by + groups) % groups) * many;
    show();
  }

  function change(wanted) {
    if (wanted === many) return;
    const walked = stops.length > many;
    many = wanted;
    first = Math.floor(first / many) * many;
    runs = stops.length > many && (runs || !walked);
    show();
  }

  stage.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button?.dataset.do) deeds[button.dataset.do]();
    else if (button?.dataset.tilesOf) change(Number(button.dataset.tilesOf));
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select, summary, a") || event.ctrlKey || event.altKey || event.metaKey) return;
    const deed = { ArrowLeft: "back", ArrowRight: "on", f: "full", F: "full", " ": "turn" }[event.key];
    const number = stage.querySelector(`[data-tiles-of="${CSS.escape(event.key)}"]`);
    if (!deed && !number) return;
    // The space of a button that has the focus is its own touch.
    if (event.key === " " && event.target.closest("button")) return;
    event.preventDefault();
    if (deed) deeds[deed]();
    else change(Number(number.dataset.tilesOf));
  });

  let before = Date.now();
  setInterval(() => {
    const now = Date.now();
    if (runs && document.visibilityState === "visible") spent += now - before;
    before = now;
    left.value = Math.min(1, spent / lasts());
    if (runs && spent >= lasts()) step(1);
    else if (now - shownAt > 1000 * Number(stage.dataset.renew)) show(true);
  }, TICK_MS);
  part("bar").hidden = false;
  draw();
}

document.querySelectorAll("[data-stage]").forEach(run);

document.addEventListener("click", ({ target }) => {
  const wanted = target.closest("[data-tick]")?.dataset.tick.split(",");
  if (!wanted) return;
  for (const box of target.closest("form").querySelectorAll("input[name=camera]")) box.checked = wanted.includes(box.value);
  const round = target.closest("form").querySelector("[name=round]");
  if (round) round.value = "";
});
