/**
 * News of the house reach every open tab through one stream: one tab leads and tells the others.
 *
 * Each line becomes an event on `document`: `wangge:case`, `wangge:notice`, ... with
 * `detail = {id, move, state, grid}`. `wangge:reload` says that lines may have been missed and that
 * whoever shows something should ask for all of it again.
 */
const address = document.body.dataset.live;
const kinds = document.body.dataset.liveKinds.split(" ");
const RETRY_MS = 5000;

const others = "BroadcastChannel" in window ? new BroadcastChannel("wangge-live") : null;
let known = "wait";
let stream = null;
let greeted = false;

/** @param {"wait" | "live" | "away"} state */
function show(state) {
  known = state;
  const mark = document.querySelector("[data-live-state]");
  if (!mark || mark.dataset.state === state) return;
  mark.dataset.state = state;
  if (state !== "wait") mark.lastElementChild.textContent = mark.dataset[`${state}Words`];
}

/** Tells this tab, and the others. */
function pass(name, detail) {
  announce(name, detail);
  others?.postMessage({ name, detail });
}

function announce(name, detail) {
  if (name === "state") show(detail);
  else document.dispatchEvent(new CustomEvent(`wangge:${name}`, { detail }));
}

others?.addEventListener("message", ({ data }) => {
  if (data.name === "ask") {
    if (stream) others.postMessage({ name: "state", detail: known });
  } else announce(data.name, data.detail);
});

function follow() {
  stream = new EventSource(address);
  for (const kind of [...kinds, "reload"]) {
    stream.addEventListener(kind, (event) => pass(kind, JSON.parse(event.data)));
  }
  stream.addEventListener("hello", () => {
    // A stream that took over from another cannot know what came in between.
    if (greeted) pass("reload", {});
    pass("state", "live");
    greeted = false;
  });
  stream.addEventListener("error", () => {
    pass("state", "away");
    if (stream.readyState !== EventSource.CLOSED) return;
    greeted = true;
    setTimeout(follow, RETRY_MS);
  });
}

function lead() {
  greeted = known !== "wait";
  follow();
  return new Promise(() => {});
}

// Without locks (plain http on a local network) every tab has a stream of its own.
if (navigator.locks && others) {
  others.postMessage({ name: "ask" });
  navigator.locks.request("wangge-live", lead);
} else lead();

addEventListener("pagehide", () => stream?.close());
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
