/** The list of a recall renews itself, except while somebody writes in it or reads a number there. */

const EACH_MS = 5000;
const list = document.querySelector("[data-renewed]");

/** Nothing that the reader has opened, chosen or asked for would be lost. */
function idle() {
  return !document.hidden && !list.querySelector("details[open], [data-shown]") && !list.contains(document.activeElement);
}

if (list) setInterval(() => idle() && list.dispatchEvent(new Event("renew")), EACH_MS);
