/** The photo of afterwards from the same spot: the one of before lies over the picture of the camera. */
import { here, metres, watch } from "../queue/position.js";

const pattern = document.getElementById("same-view");

/** Words on how to stand as the one who took the first photo stood. */
function guide(field) {
  const { lon, lat, heading, away, turn } = field.dataset;
  const at = here();
  const said = [];
  if (at && lon) said.push(away.replace("{away}", Math.round(metres(at, { lon: Number(lon), lat: Number(lat) }))));
  if (at?.heading !== undefined && heading) {
    const by = ((Number(heading) - at.heading + 540) % 360) - 180;
    said.push(turn.replace("{degrees}", Math.abs(Math.round(by))).replace("{side}", by < 0 ? "←" : "→"));
  }
  return said.join(" · ");
}

async function open(field) {
  const input = field.querySelector("input[type=file]");
  let camera;
  try {
    camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
  } catch {
    // No camera for pages here: the phone's own one, with the first photo in sight beside the field.
    return input.click();
  }
  const sheet = pattern.content.cloneNode(true).firstElementChild;
  const video = sheet.querySelector("video");
  const words = sheet.querySelector("[data-guide]");
  sheet.querySelector("img").src = field.dataset.before;
  sheet.querySelector("input").addEventListener("input", ({ target }) => sheet.querySelector("img").style.setProperty("--over", target.value / 100));
  const say = () => (words.textContent = guide(field) || words.dataset.still);
  const clock = setInterval(say, 500);
  const end = () => {
    clearInterval(clock);
    for (const track of camera.getTracks()) track.stop();
    sheet.remove();
  };
  sheet.querySelector("[data-end]").addEventListener("click", () => sheet.close());
  sheet.addEventListener("close", end);
  sheet.querySelector("[data-shoot]").addEventListener("click", () => {
    if (!video.videoWidth) return;
    const canvas = Object.assign(document.createElement("canvas"), { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.toBlob((blob) => {
      const files = new DataTransfer();
      files.items.add(new File([blob], "after.jpg", { type: "image/jpeg" }));
      input.files = files.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      sheet.close();
    }, "image/jpeg", 0.9);
  });
  document.body.append(sheet);
  say();
  sheet.showModal();
  video.srcObject = camera;
  await video.play();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-same-view]");
  if (!button) return;
  watch(() => {});
  open(button.closest("[data-before]"));
});

for (const button of document.querySelectorAll("[data-same-view]")) button.hidden = false;
document.addEventListener("htmx:afterSettle", () => {
  for (const button of document.querySelectorAll("[data-same-view]")) button.hidden = false;
});
