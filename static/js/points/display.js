/** The board speaks every call once, where the browser can speak. */
const board = document.getElementById("board");
const said = new Set();

function calls() {
  return [...board.querySelectorAll("[data-called]")].map(({ dataset }) => dataset);
}

for (const { called, window, calls: count } of calls()) said.add(`${called} ${window} ${count}`);

board.addEventListener("htmx:afterSettle", () => {
  for (const { called, window, calls: count } of calls()) {
    const key = `${called} ${window} ${count}`;
    if (said.has(key)) continue;
    said.add(key);
    const words = new SpeechSynthesisUtterance(board.dataset.say.replace("{label}", called).replace("{window}", window));
    words.lang = document.documentElement.lang;
    speechSynthesis.speak(words);
  }
});
