/** The form of a post asks for a grid or for a unit, whichever the chosen role is held over. */

const form = document.querySelector("[data-post-form]");
const role = form.elements.role;
const parts = form.querySelectorAll("[data-for]");

function ask() {
  const over = role.selectedOptions[0]?.dataset.over?.split(" ") ?? [];
  const wanted = over.includes("grid") ? "grid" : "unit";
  for (const part of parts) {
    part.hidden = over.length > 0 && part.dataset.for !== wanted;
    for (const field of part.querySelectorAll("select")) field.required = over.length > 0 && !part.hidden;
  }
  for (const kind of form.querySelectorAll("[data-kind]")) kind.disabled = wanted === "unit" && over.length > 0 && !over.includes(kind.dataset.kind);
  // One subdistrict alone needs no choosing.
  const open = [...form.elements.unit.options].filter((each) => each.value && !each.parentElement.disabled);
  if (wanted === "unit" && open.length === 1) form.elements.unit.value = open[0].value;
}

role.addEventListener("change", ask);
ask();
