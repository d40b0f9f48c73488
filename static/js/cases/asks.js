/** The questions of a class in the report: shown when it is chosen, from the page itself, so without a network too. */
const ANSWER = "answer.";

const form = document.querySelector("[data-report], [data-tell]");
const place = form.querySelector("[data-asks]");
const send = form.querySelector(".report-send button");

/** The answers as the queue keeps them: several to one question are a list. @param {FormData} data */
export function answersIn(data) {
  const found = {};
  for (const name of new Set(data.keys())) {
    const said = data.getAll(name).filter(Boolean);
    if (name.startsWith(ANSWER) && said.length) found[name] = said;
  }
  return found;
}

/** What is asked for the class chosen now, with what was answered before. */
export function showAsks(within, answers = {}) {
  const chosen = within.querySelector("input[name=class_code]:checked")?.value;
  const pattern = within.querySelector(`template[data-asks-of="${chosen}"]`);
  place.replaceChildren(...(pattern ? [pattern.content.cloneNode(true)] : []));
  for (const field of place.querySelectorAll(`[name^="${ANSWER}"]`)) {
    const said = [answers[field.name] ?? []].flat();
    if (["radio", "checkbox"].includes(field.type)) field.checked = said.includes(field.value);
    else field.value = said[0] ?? "";
  }
  stop();
}

/** An answer that ends the report says what to do, and nothing is sent. */
function stop() {
  for (const box of place.querySelectorAll("[data-error]")) {
    const chosen = box.closest(".ask").querySelector("[data-stop]:checked");
    if (chosen) box.textContent = chosen.dataset.stop;
    else if (box.dataset.stopped) box.textContent = "";
    box.dataset.stopped = chosen ? "1" : "";
    box.hidden = !box.textContent;
  }
  send.disabled = Boolean(place.querySelector("[data-stop]:checked"));
}

/** One tap on the class that is meant instead: what was typed stays. */
function take(code, words) {
  const chips = form.querySelector(".class-chips");
  let chip = [...chips.querySelectorAll("input")].find((each) => each.value === code);
  if (!chip) {
    const made = chips.firstElementChild.cloneNode(true);
    made.querySelector("span").textContent = words;
    chips.prepend(made);
    chip = made.querySelector("input");
    chip.value = code;
  }
  chip.checked = true;
  chip.dispatchEvent(new Event("change", { bubbles: true }));
  chip.focus();
}

form.addEventListener("change", ({ target }) => {
  if (target.name === "class_code") showAsks(form);
  else if (target.name?.startsWith(ANSWER)) {
    const box = target.closest(".ask").querySelector("[data-error]");
    box.textContent = "";
    stop();
  }
});

place.addEventListener("click", (event) => {
  const other = event.target.closest("[data-take-class]");
  if (!other) return;
  event.preventDefault();
  take(other.dataset.takeClass, other.textContent.trim());
});

stop();
