/** The field that finds by name: arrows walk through what was found, Enter takes the first, Escape closes. */

for (const form of document.querySelectorAll("[data-finder]")) {
  const field = form.querySelector("input");
  const hits = form.querySelector(".finder-hits");
  const links = () => [...hits.querySelectorAll("a")];
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    links()[0]?.click();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      hits.replaceChildren();
      field.focus();
    }
    const turn = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!turn) return;
    event.preventDefault();
    const all = [field, ...links()];
    all[(all.indexOf(document.activeElement) + turn + all.length) % all.length].focus();
  });
  document.addEventListener("click", (event) => {
    if (!form.contains(event.target)) hits.replaceChildren();
  });
}
