// A page between two others that has nothing to ask: it goes on by itself.

for (const form of document.querySelectorAll("form[data-onward]")) {
  form.requestSubmit();
}
