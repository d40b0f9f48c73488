/** A report that was refused is opened in its form again, and stays in the queue until it has arrived. */
import { account, waiting } from "../offline.js";

const PARAMETER = "unsent";

/** The kept report that this page was opened for, or null. */
export async function openedFor() {
  const id = new URLSearchParams(location.search).get(PARAMETER);
  if (!id) return null;
  const item = (await waiting()).find((each) => each.id === id && each.account === account);
  return item?.kind === "report" && !item.arrived ? item : null;
}

/** The address says which report stands here, so that loading the page anew loses nothing. */
export function addressOf(id) {
  return `${location.pathname}?${PARAMETER}=${encodeURIComponent(id)}`;
}

/** What was said stands in the form again. */
export function refill(form, { fields, title }) {
  for (const [name, value] of Object.entries(fields)) {
    if (name !== "class_code" && form.elements[name]) form.elements[name].value = value;
  }
  if (fields.said_grid) form.elements.said_grid.closest("details").open = true;
  const chips = form.querySelector(".class-chips");
  let chosen = [...chips.querySelectorAll("input")].find((each) => each.value === fields.class_code);
  if (!chosen && fields.class_code) {
    // It was found by searching: the page shows only the common ones.
    const chip = chips.firstElementChild.cloneNode(true);
    chip.querySelector("span").textContent = title;
    chips.prepend(chip);
    chosen = chip.querySelector("input");
    chosen.value = fields.class_code;
  }
  if (chosen) chosen.checked = true;
}

/** The moment of a deed as a field of the browser holds it, and back. */
export const toField = (moment) => {
  const at = new Date(moment);
  return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};
export const fromField = (words) => (words ? new Date(words).toISOString() : null);
