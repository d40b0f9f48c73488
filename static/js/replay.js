/**
 * The time machine of the desk: a day as it went, moved by hand or played. What happened is loaded once for a
 * day; from then on each moment is made here, so that it can run at any speed.
 */

// So often (milliseconds) the map moves on while it plays.
const TICK = 250;
// And so often it asks meanwhile how the layers were that it does not move by itself.
const ASK = 1000;
// Names of layers without marks of their own are said without a state.
const PLAIN = new Set(["alarms"]);

/** The mark of a thing so many seconds after the beginning; null: it was not there. @param {[number, string|null][]} marks */
export function markAt(marks, seconds) {
  return marks.findLast(([since]) => since <= seconds)?.[1] ?? null;
}

export class Replay {
  /** @param {object} map of createMap @param {HTMLFormElement} box @param {HTMLButtonElement} opener */
  constructor(map, box, opener) {
    Object.assign(this, { map, box, opener, day: null, timer: null, drawn: "", asked: 0, told: null });
    const { day, time, speed } = box.elements;
    Object.assign(this, { dayField: day, time, speed, run: box.querySelector("[data-run]") });
    opener.hidden = false;
    opener.addEventListener("click", () => (box.hidden ? this.open() : this.leave()));
    box.querySelector("[data-leave]").addEventListener("click", () => this.leave());
    box.addEventListener("submit", (event) => event.preventDefault());
    box.addEventListener("keydown", ({ key }) => key === "Escape" && this.leave());
    day.addEventListener("change", () => day.value && this.load(day.value));
    time.addEventListener("input", () => this.#show());
    this.run.addEventListener("click", () => (this.timer ? this.pause() : this.play()));
  }

  async open() {
    // The borders come with the day: a day that was asked for by itself is over.
    document.querySelector("[data-as-of]")?.reset();
    this.box.hidden = false;
    this.opener.setAttribute("aria-expanded", "true");
    await this.load(this.dayField.value);
    this.time.focus();
  }

  /** The day is there, at its end where it is today, else at its beginning. */
  async load(day) {
    this.pause();
    const answer = await fetch(`/maps/replay.json?day=${day}`).catch(() => null);
    this.day = answer?.ok ? await answer.json() : null;
    const layers = Object.values(this.day?.layers ?? {});
    this.#say(!this.day ? "failed" : layers.some(({ more }) => more) ? "more" : null);
    if (!this.day) return;
    this.time.max = this.day.seconds;
    this.time.value = day === this.dayField.max ? this.day.seconds : 0;
    // The borders at the end of that day; of today those in force.
    const known = day === this.dayField.max || (await this.map.asOf(`${day}T23:59:59`));
    if (!known) this.#say("borders");
    if (day === this.dayField.max) await this.map.asOf(null);
    await this.#show();
  }

  play() {
    if (!this.day) return;
    if (Number(this.time.value) >= this.day.seconds) this.time.value = 0;
    let at = Number(this.time.value);
    this.timer = setInterval(() => {
      at = Math.min(at + (Number(this.speed.value) * TICK) / 1000, this.day.seconds);
      this.#show(at);
      if (at >= this.day.seconds) this.pause();
    }, TICK);
    // Whoever takes the handle goes on from there.
    this.time.addEventListener("input", () => (at = Number(this.time.value)), { signal: (this.stop = new AbortController()).signal });
    this.#named("pause");
  }

  pause() {
    const ran = this.timer;
    clearInterval(ran);
    this.stop?.abort();
    this.timer = null;
    this.#named("play");
    if (ran) this.#show();
  }

  async leave() {
    this.pause();
    this.box.hidden = true;
    this.day = null;
    this.drawn = "";
    this.opener.setAttribute("aria-expanded", "false");
    await this.map.past(null);
    await this.map.asOf(null);
    this.opener.focus();
  }

  async #show(seconds = Number(this.time.value)) {
    if (!this.day) return;
    this.time.value = seconds;
    const moment = new Date(Date.parse(this.day.since) + seconds * 1000);
    const words = moment.toLocaleString(document.documentElement.lang, { timeZone: this.box.dataset.zone, dateStyle: "medium", timeStyle: "short" });
    this.box.querySelector("[data-moment]").textContent = words;
    this.time.setAttribute("aria-valuetext", words);
    const rows = {};
    for (const [name, layer] of Object.entries(this.day.layers)) rows[name] = this.#rows(name, layer.rows, seconds);
    // Other layers are asked for, and while it plays not at every step.
    if (!this.timer || Date.now() - this.asked > ASK) Object.assign(this, { asked: Date.now(), told: moment.toISOString() });
    const drawn = JSON.stringify([rows, this.told]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    await this.map.past(rows, this.#load(rows.cases ?? []), this.told);
  }

  #rows(name, things, seconds) {
    const found = [];
    for (const [id, lon, lat, words, number, grid, marks] of things) {
      const mark = markAt(marks, seconds);
      if (mark === null) continue;
      if (name === "cases") found.push([id, lon, lat, mark, words, number, grid]);
      else found.push([id, lon, lat, PLAIN.has(name) ? words : `${words} · ${mark}`, grid]);
    }
    return found;
  }

  /** Open and late cases of each grid; the figures say the sums. */
  #load(cases) {
    const grids = new Map();
    for (const [, , , mark, , , grid] of cases) {
      const load = grids.get(grid) ?? [grid, 0, 0, null];
      load[1] += 1;
      load[2] += mark === "late" ? 1 : 0;
      grids.set(grid, load);
    }
    const count = (mark) => cases.filter((row) => row[3] === mark).length;
    const counts = { open: cases.length, late: count("late"), new: count("new") };
    for (const [name, number] of Object.entries(counts)) this.box.querySelector(`[data-count=${name}]`).textContent = number;
    return [...grids.values()];
  }

  #named(name) {
    this.run.textContent = this.box.dataset[name];
  }

  #say(name) {
    this.box.querySelector("[data-said]").textContent = name ? this.box.dataset[name] : "";
  }
}
