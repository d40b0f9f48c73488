/** Tells the house which postings stood before the seeker; without this nothing of it is known. */
const box = document.querySelector("[data-seen]");
const token = document.querySelector("meta[name=csrf-token]").content;
const rows = [...box.querySelectorAll("[data-id]")];
const seen = new Set();

function tell(words) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  fetch(box.dataset.seen, { method: "POST", headers, body: JSON.stringify(words), keepalive: true }).catch(() => null);
}

/** What was seen goes out together, in the order of the list. */
function send() {
  const shown = rows.filter((row) => seen.has(row)).map((row) => Number(row.dataset.id));
  if (shown.length) tell({ shown });
}

if (box.dataset.opened) tell({ opened: Number(box.dataset.opened) });
if (rows.length) {
  let waiting;
  const watcher = new IntersectionObserver((found) => {
    for (const { target, isIntersecting } of found) if (isIntersecting) seen.add(target);
    clearTimeout(waiting);
    waiting = setTimeout(send, 800);
  });
  rows.forEach((row) => watcher.observe(row));
}
