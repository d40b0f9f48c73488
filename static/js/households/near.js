/** A list is sorted by distance from where the phone is. */
const form = document.querySelector("[data-near-form]");

form.hidden = !navigator.geolocation;
form.addEventListener("submit", (event) => {
  if (form.elements.lon.value) return;
  event.preventDefault();
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      form.elements.lon.value = coords.longitude.toFixed(6);
      form.elements.lat.value = coords.latitude.toFixed(6);
      form.submit();
    },
    () => (form.querySelector("[data-near-error]").hidden = false),
    { enableHighAccuracy: true, maximumAge: 60_000, timeout: 20_000 },
  );
});
