/** What the middle of the big screen shows in turn, and the newest matters going by below it. */

// So long (seconds) each of them stands.
const SCENE = 20;
const MATTER = 6;

export class Scenes {
  /** @param {HTMLElement} wall */
  constructor(wall) {
    this.wall = wall;
    this.buttons = [...wall.querySelectorAll("[data-scene]")];
    this.pausing = wall.querySelector("[data-pausing]");
    for (const [place, button] of this.buttons.entries()) button.addEventListener("click", () => this.show(place));
    this.pausing.addEventListener("click", () => this.pause(!this.paused));
    document.addEventListener("keydown", (event) => this.#key(event));
    this.matter = this.matterFor = 0;
    // An address may hold one scene fast, for a screen that nobody can touch.
    const held = this.buttons.findIndex(({ dataset }) => dataset.scene === new URLSearchParams(location.search).get("scene"));
    this.show(Math.max(held, 0));
    this.pause(held >= 0);
  }

  show(place) {
    this.place = (place + this.buttons.length) % this.buttons.length;
    this.shownFor = 0;
    for (const [number, button] of this.buttons.entries()) {
      if (number === this.place) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      document.getElementById(`scene-${button.dataset.scene}`).hidden = number !== this.place;
    }
  }

  pause(wanted) {
    this.paused = wanted;
    this.pausing.setAttribute("aria-pressed", wanted);
    this.pausing.textContent = wanted ? this.wall.dataset.run : this.wall.dataset.pause;
  }

  tick() {
    if (!this.paused && ++this.shownFor >= SCENE) this.show(this.place + 1);
    if (++this.matterFor < MATTER) return;
    this.matterFor = 0;
    this.matter += 1;
    this.goingBy();
  }

  goingBy() {
    const matters = [...this.wall.querySelectorAll(".going-by li")];
    if (matters.length) this.matter %= matters.length;
    for (const [place, matter] of matters.entries()) matter.hidden = place !== this.matter;
  }

  #key(event) {
    const { key, target } = event;
    if (key === "ArrowRight" || key === "ArrowLeft") this.show(this.place + (key === "ArrowRight" ? 1 : -1));
    else if (key === " " && target === document.body) this.pause(!this.paused);
    else return;
    event.preventDefault();
  }
}
