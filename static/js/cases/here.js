/** Forms that want to know where the phone is: asked when they are sent, and sent without if it does not say. */
const WITHIN_MS = 8000;

/** @returns {Promise<GeolocationPosition|null>} */
function position() {
  return new Promise((resolve) => {
    if (!navigator.geolocation) return resolve(null);
    navigator.geolocation.getCurrentPosition(resolve, () => resolve(null), {
      enableHighAccuracy: true, timeout: WITHIN_MS, maximumAge: 30_000,
    });
  });
}

/** The form says where the phone is, unless somebody has said it already. */
export async function place(form) {
  if (form.elements.lon.value) return;
  const found = await position();
  if (!found) return;
  form.elements.lon.value = found.coords.longitude;
  form.elements.lat.value = found.coords.latitude;
  form.elements.accuracy_m.value = Math.round(found.coords.accuracy);
}

for (const form of document.querySelectorAll("form[data-here]")) {
  form.addEventListener("submit", async (event) => {
    if (form.elements.lon.value) return;
    event.preventDefault();
    form.querySelector("button").disabled = true;
    await place(form);
    form.submit();
  });
}
