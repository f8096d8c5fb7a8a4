"use strict";
const button = document.querySelector("[data-print-now]");
if (button) {
  button.classList.remove("hidden");
  button.addEventListener("click", () => window.print());
}
