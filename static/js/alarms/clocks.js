/** Clocks run down by the second: `data-due` is when, `data-over` what is said afterwards. */
const two = (number) => String(number).padStart(2, "0");

function tick() {
  for (const clock of document.querySelectorAll("[data-due]")) {
    const left = Math.round((Date.parse(clock.dataset.due) - Date.now()) / 1000);
    clock.classList.toggle("over", left <= 0);
    clock.textContent = left > 0 ? `${Math.floor(left / 60)}:${two(left % 60)}` : clock.dataset.over;
  }
}

tick();
setInterval(tick, 1000);
