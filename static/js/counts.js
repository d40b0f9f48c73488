/** Open cases beside the names of grids, and how many of them are late. */

async function fill() {
  const answer = await fetch("/maps/layers/counts.json").catch(() => null);
  if (!answer?.ok) return;
  const load = new Map((await answer.json()).rows.map(([id, open, late]) => [id, { open, late }]));
  for (const cell of document.querySelectorAll("[data-load-of]")) {
    const { open = 0, late = 0 } = load.get(Number(cell.dataset.loadOf)) ?? {};
    cell.textContent = open;
    if (late) {
      const chip = document.createElement("span");
      chip.className = "chip late";
      chip.append(document.createElement("i"), String(late));
      cell.append(" ", chip);
    }
  }
}

fill();
for (const news of ["wangge:case", "wangge:reload", "htmx:afterSettle"]) document.addEventListener(news, fill);
