/** Three taps: "Report" opens the camera, and the photo goes along to the report, where what it is and "send" are left. */
import { account } from "../offline.js";
import { here } from "../queue/position.js";
import { putDraft } from "../queue/store.js";

const camera = document.querySelector("[data-snap]");

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.nav-report, a[data-held-link]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  // Whoever takes no photo comes to the report all the same: it may be spoken or written.
  const go = () => location.assign(link.href);
  camera.onchange = async () => {
    const [blob] = camera.files;
    if (blob) await putDraft("photo", { account, blob, name: blob.name, at: here() ?? undefined });
    go();
  };
  camera.oncancel = go;
  camera.click();
});
