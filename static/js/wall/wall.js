/**
 * The big screen looks after itself: it renews what it shows with every news and twice a minute, says how old that is and
 * when it is cut off, shows one scene after another, and stays awake. One tick a second does all of it, so that a screen
 * that slept for a night goes on as if it had not.
 */
import { Scenes } from "./scenes.js";

const wall = document.querySelector("[data-wall]");
const words = wall.dataset;
const language = document.documentElement.lang;

// Seconds: how often it asks by itself, how soon after news, and from which age on it is cut off.
const EVERY = 30;
const AFTER_NEWS = 3;
const CUT_OFF = 75;
// So often (seconds) the whole page is loaded anew, with the borders and the version of the day.
const ANEW = 12 * 3600;
// Answers after which nothing is to be shown any more.
const ENDED = new Set([401, 403, 404, 410]);

const scenes = new Scenes(wall);
const seconds = () => performance.now() / 1000;
let made = madeAt();
let renewed = seconds();
let asked = renewed;
let news = false;
let asking = false;
let stream = null;
let streaming = false;

function madeAt() {
  return Date.parse(document.getElementById("wall-figures").dataset.made);
}

async function renew() {
  [asking, news, asked] = [true, false, seconds()];
  try {
    const answer = await fetch(words.now, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(20_000) });
    if (answer.type === "opaqueredirect" || ENDED.has(answer.status)) return end();
    if (answer.ok) put(await answer.text());
  } catch {
    // No answer: the age says so.
  } finally {
    asking = false;
  }
}

function put(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const parts = [...fresh.querySelectorAll("[data-part]")];
  if (!parts.length) return;
  for (const part of parts) document.getElementById(part.id)?.replaceWith(document.importNode(part, true));
  made = madeAt();
  renewed = seconds();
  fit();
  scenes.goingBy();
}

/** A number that is wider than its place is written smaller. */
function fit() {
  for (const number of document.querySelectorAll(".figure b")) number.classList.toggle("is-long", number.textContent.length > 3);
}

function follow() {
  stream = new EventSource(words.live);
  stream.addEventListener("hello", () => ([streaming, news] = [true, true]));
  for (const kind of [...words.kinds.split(" "), "reload"]) stream.addEventListener(kind, () => (news = true));
  stream.addEventListener("error", () => {
    streaming = false;
    if (stream.readyState === EventSource.CLOSED) stream = null;
  });
}

function end() {
  clearInterval(ticking);
  stream?.close();
  wall.remove();
  const told = document.querySelector("[data-ended]");
  told.textContent = words.wordsEnded;
  told.hidden = false;
}

function ago(age) {
  const said = new Intl.RelativeTimeFormat(language, { style: "narrow" });
  if (age < 60) return said.format(-Math.round(age), "second");
  return age < 3600 ? said.format(-Math.floor(age / 60), "minute") : said.format(-Math.floor(age / 3600), "hour");
}

function tell() {
  const age = seconds() - renewed;
  const state = age >= CUT_OFF ? "cut" : streaming ? "live" : "wait";
  // The clock is that of the house: a screen may have none that is right.
  const clock = new Date(made + age * 1000);
  const at = (moment, form) => moment.toLocaleString(language, { timeZone: words.zone, ...form });
  const time = { hour: "2-digit", minute: "2-digit", hour12: false };
  wall.querySelector("[data-clock]").textContent = at(clock, time);
  wall.querySelector("[data-day]").textContent = at(clock, { month: "short", day: "numeric", weekday: "short" });
  wall.querySelector(".age").dataset.state = state;
  wall.querySelector("[data-age]").textContent = state === "cut" ? ago(age) : `${state === "live" ? words.wordsLive : words.wordsWait} · ${ago(age)}`;
  wall.classList.toggle("is-cut", state === "cut");
  const cut = wall.querySelector("[data-cut]");
  cut.hidden = state !== "cut";
  wall.querySelector(".going-by").hidden = state === "cut";
  if (state === "cut") cut.textContent = words.wordsCut.replace("{time}", at(new Date(made), time)).replace("{ago}", ago(age));
}

function tick() {
  const since = seconds() - asked;
  if (!asking && (since >= EVERY || (news && since >= AFTER_NEWS))) renew();
  if (!stream) follow();
  if (seconds() > ANEW && seconds() - renewed < EVERY) location.reload();
  tell();
  scenes.tick();
}

// A screen that is looked at all day must not fall asleep; where that cannot be asked for, its own settings say so.
const awake = () => document.visibilityState === "visible" && navigator.wakeLock?.request("screen").catch(() => {});
document.addEventListener("visibilitychange", awake);
addEventListener("online", () => (news = true));

fit();
awake();
const ticking = setInterval(tick, 1000);
tick();
