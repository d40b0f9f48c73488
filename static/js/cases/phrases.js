/** Phrases below a note: they come when the note is written in, and a tap puts them in. */
let taps = null;

async function fetched() {
  const answer = await fetch("/cases/phrases", { headers: { "HX-Request": "true" } }).catch(() => null);
  return answer?.ok ? answer.text() : "";
}

document.addEventListener("focusin", async ({ target }) => {
  const field = target.closest("textarea[name=note]");
  if (!field || field.dataset.phrases) return;
  field.dataset.phrases = "1";
  taps ??= fetched();
  const pattern = document.createElement("template");
  pattern.innerHTML = await taps;
  field.after(pattern.content);
});

document.addEventListener("click", ({ target }) => {
  const tap = target.closest("[data-phrase]");
  const field = tap?.closest(".field")?.querySelector("textarea");
  if (!field) return;
  field.setRangeText(tap.textContent, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
