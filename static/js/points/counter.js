/** The counter says every twenty seconds that it lives, so that the queue shown to others is of this minute. */
import { token } from "../requests.js";

const EVERY_MS = 20_000;
const { alive } = document.querySelector("[data-alive]").dataset;

function live() {
  if (document.visibilityState === "visible") fetch(alive, { method: "POST", headers: { "X-CSRFToken": token() } }).catch(() => null);
}

live();
setInterval(live, EVERY_MS);
