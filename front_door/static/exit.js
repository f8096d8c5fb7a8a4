"use strict";
// Leaving: hidden at once, and no entry in the history to come back to. Without this file the link does it.
(() => {
  const WITHIN = 5000; // ms for three presses of Shift; any other key in between starts the count again
  const leave = () => {
    document.documentElement.hidden = true;
    location.replace("/exit");
  };
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-exit]")) return;
    event.preventDefault();
    leave();
  });
  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") presses = [];
  });
  document.addEventListener("pointerdown", () => (presses = [])); // marking words with Shift held
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || event.altKey || event.ctrlKey || event.metaKey) return;
    presses = [...presses.filter((at) => event.timeStamp - at < WITHIN), event.timeStamp];
    if (presses.length >= 3) leave();
  });
  // A page that the browser kept whole may be one that was left since: it is shown only when the server shows it again.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.documentElement.hidden = true;
    location.reload();
  });
})();
