"use strict";
const button = document.querySelector("[data-print-now]");
button.hidden = false;
button.addEventListener("click", () => window.print());
