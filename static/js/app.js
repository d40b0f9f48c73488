/** What every page has: forms that carry their token, menus that close, refusals that are told. */
import "./requests.js";
import "./menus.js";

if (document.body.dataset.live) import("./live.js");
if (document.body.dataset.account && "indexedDB" in window) import("./offline.js");
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/service-worker.js");
