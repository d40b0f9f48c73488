/**
 * Rows of lists and things on maps that stand for the same: `data-select="case:12"` on the row.
 * A click sends `wangge:select` on `document`; whatever is selected, its rows are marked.
 */
let chosen = null;

/** Marks the rows of what is chosen, also in lists that came later. */
export function mark() {
  for (const row of document.querySelectorAll("[data-select]")) {
    if (row.dataset.select === chosen) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

/** @param {"case" | "grid" | "place"} kind @param {number} id @param {[number, number]} [at] */
export function select(kind, id, at) {
  document.dispatchEvent(new CustomEvent("wangge:select", { detail: { kind, id, at } }));
}

document.addEventListener("wangge:select", ({ detail: { kind, id } }) => {
  chosen = `${kind}:${id}`;
  mark();
  const row = document.querySelector(`[data-select="${chosen}"]`);
  row?.scrollIntoView({ block: "nearest" });
});

document.addEventListener("htmx:afterSettle", mark);

/** Clicks on rows select instead of leaving the page. @param {Element} [within] */
export function selectOnClick(within = document) {
  within.addEventListener("click", (event) => {
    const row = event.target.closest("[data-select]");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const [kind, id] = row.dataset.select.split(":");
    const at = row.dataset.at?.split(",").map(Number);
    select(kind, Number(id), at);
    const hits = row.closest(".finder-hits");
    if (hits) {
      hits.replaceChildren();
      hits.parentElement.querySelector("input").value = row.querySelector(".grow").textContent.trim();
    }
  });
}
