/** Words of a map, handed over by its page; values go into {braces}. */

/** @param {HTMLElement} element @returns {(key: string, values?: object) => string} */
export function speaker(element) {
  const words = JSON.parse(element.dataset.words);
  return (key, values = {}) =>
    (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Metres as people say them: 85 m, 1.2 km. */
export function distance(say, metres) {
  if (metres < 1000) return say("metres", { n: Math.round(metres / 5) * 5 || Math.round(metres) });
  return say("kilometres", { n: (metres / 1000).toFixed(metres < 10000 ? 1 : 0) });
}

/** An element with a class and its children; texts are never markup. */
export function make(tag, name = "", ...children) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...children);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** One of the icons of the house. */
export function icon(name) {
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/static/vendor/icons.svg#${name}`);
  drawn.append(use);
  return drawn;
}

const read = new Map();

/** The tokens of the house, for what is drawn on a canvas. */
export function token(name) {
  if (!read.has(name)) read.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
  return read.get(name);
}
