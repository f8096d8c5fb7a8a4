"use strict";
// Asks "Are you still there?" before a quiet chat closes, and shuts the page when it does.
(() => {
  const dialog = document.getElementById("idle");
  const failed = document.getElementById("idle-failed");
  const warning = Number(dialog.dataset.warn) * 1000;
  let ends = 0; // by the clock, which goes on while a laptop sleeps
  let timer = 0;
  const isOpen = () => dialog.hasAttribute("open"); // older browsers know no dialogs

  function left(seconds) {
    if (typeof seconds !== "number") return;
    ends = Date.now() + seconds * 1000;
    if (isOpen()) {
      if (dialog.close) dialog.close();
      else dialog.removeAttribute("open");
    }
    look();
  }

  function look() {
    clearTimeout(timer);
    if (!ends) return;
    const now = Date.now();
    if (now >= ends + 1000) {
      document.documentElement.hidden = true;
      return location.replace("/chat");
    }
    const warn = now >= ends - warning;
    if (warn && !isOpen()) {
      failed.hidden = true;
      if (dialog.showModal) dialog.showModal();
      else dialog.setAttribute("open", "");
    }
    timer = setTimeout(look, Math.max(50, (warn ? ends + 1000 : ends - warning) - now));
  }

  async function stay() {
    const form = dialog.querySelector("form");
    try {
      const response = await fetch(form.action, {
        method: "POST",
        headers: { Accept: "application/json", "Content-Type": "application/json" },
        body: JSON.stringify(Object.fromEntries(new FormData(form))),
      });
      if (response.status === 404) return location.replace("/chat");
      left((await response.json()).left);
      if (isOpen()) throw new Error("no time given");
    } catch {
      failed.hidden = false;
    }
  }

  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    stay();
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault(); // Escape means the same as Stay
    stay();
  });
  document.addEventListener("chat:left", (event) => left(event.detail));
  document.addEventListener("visibilitychange", look);
  if (dialog.dataset.left) left(Number(dialog.dataset.left));
})();
