/** Menus made of `details` close when something else is meant: a click outside, or Escape. */

const open = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    // Whoever else hears the key leaves the keyboard where it is.
    event.preventDefault();
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
