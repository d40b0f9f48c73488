/** A button that writes where the phone is into the fields of its row: both in one, or apart. */
for (const button of document.querySelectorAll("[data-here]")) {
  button.hidden = !navigator.geolocation;
  button.addEventListener("click", () => {
    const row = button.closest("[data-here-row]");
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const [lon, lat] = [coords.longitude.toFixed(6), coords.latitude.toFixed(6)];
      if (button.dataset.here === "both") row.querySelector("[name=free_at]").value = `${lon},${lat}`;
      else [row.querySelector("[name=lon]").value, row.querySelector("[name=lat]").value] = [lon, lat];
    }, undefined, { enableHighAccuracy: true, timeout: 20_000 });
  });
}
