/** What every page has: forms that carry their token, menus that close, refusals that are told. */
import "./requests.js";
import "./menus.js";

if (document.body.dataset.live) import("./live.js");
