/** What every page has: forms that carry their token, menus that close, refusals that are told. */
import "./requests.js";
import "./menus.js";

if (document.body.dataset.live) import("./live.js");
// Only staff report and move cases without a network; a resident may not open the pages for it.
if (document.body.dataset.account && !document.body.classList.contains("is-visitor") && "indexedDB" in window) import("./offline.js");
if (document.body.dataset.measured) import("./ledgers/meter.js");
if (document.getElementById("alarm-corner")) import("./alarms/bell.js");
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/service-worker.js");
