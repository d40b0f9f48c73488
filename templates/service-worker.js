/* Opens the phone's pages without a network. Keeps the parts of the house, and the last pages of whoever is signed in. */
const SHELL = "shell-" + {{ version|safe }};
const PAGES = "pages";
const PARTS = {{ shell|safe }};
const KEPT_PAGES = ["/phone", "/cases/new", "/cases/unsent", "/cases/today", "/patrols", "/visits", "/projects/mine", "/opinions/new", "/maps/layers/grids.json"];
const NAVIGATION_MS = 4000;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(PARTS)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((name) => name !== SHELL && name !== PAGES).map((name) => caches.delete(name))));
  event.waitUntil(old.then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== location.origin) return;
  if (request.method !== "GET") {
    // Whoever comes next must not see the pages of whoever leaves.
    if (address.pathname === "/sign-out" || address.pathname.startsWith("/sign-in")) event.waitUntil(caches.delete(PAGES));
    return;
  }
  if (PARTS.includes(address.pathname + address.search)) event.respondWith(fromShell(request));
  else if (request.mode === "navigate" && address.pathname === "/") event.respondWith(firstPage(request));
  else if (KEPT_PAGES.includes(address.pathname) || isKept(address.pathname)) event.respondWith(newestOrKept(request, address));
});

// Cases, patrols and visits that were looked at, the pictures of cases, and the form for the day of a project.
const isKept = (path) => /^\/(cases|cases\/media|patrols|visits)\/\d+$|^\/projects\/\d+\/entries\/new$/.test(path);

async function fromShell(request) {
  return (await caches.match(request, { cacheName: SHELL })) ?? fetch(request);
}

/** The page from the house; the kept one when the network is gone or too slow. A part asked for by htmx is another page. */
async function newestOrKept(request, address) {
  const part = request.headers.get("HX-Request") ? "?part" : "";
  const key = new Request(address.origin + address.pathname + part);
  const cache = await caches.open(PAGES);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(NAVIGATION_MS) });
    if (answer.ok && !answer.redirected) await cache.put(key, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(key);
    if (kept) return marked(kept);
    throw error;
  }
}

/** The first page of the house; without a network the phone's, since the app on the first screen begins here. */
async function firstPage(request) {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(NAVIGATION_MS) });
  } catch (error) {
    const cache = await caches.open(PAGES);
    if (await cache.match(new Request(`${location.origin}/phone`))) return Response.redirect("/phone");
    throw error;
  }
}

/** A kept page says so: the line of its age, hidden on a fresh one, is shown. */
async function marked(kept) {
  if (!kept.headers.get("Content-Type")?.startsWith("text/html")) return kept;
  const words = (await kept.text()).replaceAll(/data-kept\s+hidden/g, "data-kept");
  const headers = new Headers(kept.headers);
  headers.delete("Content-Length");
  return new Response(words, { status: kept.status, headers });
}
