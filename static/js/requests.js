/** Requests of htmx carry the token of the page, and a refusal is told where everybody sees it. */

/** The token against forgery of this page, for requests made by scripts. @returns {string} */
export function token() {
  return document.querySelector("meta[name=csrf-token]")?.content ?? "";
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = token();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400) return;
  if (xhr.responseText.includes("data-told")) {
    event.detail.target = document.getElementById("told");
    event.detail.swapOverride = "innerHTML";
  } else if (![403, 409, 422].includes(xhr.status)) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});

for (const lost of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(lost, ({ target }) => {
    // A part that loads by itself is no deed of the person: its page may be a kept one, without a network.
    if (!target.getAttribute?.("hx-trigger")?.startsWith("load")) tell(document.body.dataset.lost);
  });
}

// What was said about a try is over once a later one has succeeded.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful && detail.requestConfig.verb !== "get") document.getElementById("told").replaceChildren();
});

/** Says a sentence above the page until it is closed. @param {string} words @param {boolean} [good] */
export function tell(words, good = false) {
  const drawn = document.getElementById("told-pattern").content.cloneNode(true);
  drawn.querySelector("[data-words]").textContent = words;
  drawn.firstElementChild.classList.toggle("good", good);
  document.getElementById("told").replaceChildren(drawn);
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-close]")?.closest("[data-told]")?.remove();
});
