/* The queue, where there is JavaScript: counts that stay true, and keys to move by. Without it everything works as well. */
(function () {
  "use strict";
  var live = document.getElementById("live");
  if (!live) return;
  var news = document.getElementById("news");

  /* The counts, every so many seconds while somebody looks. Asking keeps no session alive. */
  var newest = live.dataset.newest, told = "", asking = false, stopped = false;
  function say(words) {
    if (words === told) return;
    told = words;
    news.textContent = words;
  }
  function put(counts) {
    live.querySelectorAll("[data-count]").forEach(function (box) {
      var shown = box.querySelector("dd"), now = String(counts[box.dataset.count]);
      if (shown.textContent !== now) shown.textContent = now;
      if (box.dataset.count === "overdue") box.classList.toggle("late", counts.overdue > 0);
    });
    if (counts.came) say(counts.came === 1 ? "1 new referral has come. Read again to see it." : counts.came + " new referrals have come. Read again to see them.");
  }
  function look() {
    if (asking || stopped || document.hidden) return;
    asking = true;
    fetch(live.dataset.counts + "?since=" + newest, { redirect: "manual", credentials: "same-origin" })
      .then(function (answer) {
        if (answer.ok) return answer.json().then(put);
        if (answer.type === "opaqueredirect" || answer.status === 403) {
          stopped = true;
          say("You are signed out. Sign in again to see what is new.");
        } else say("The counts may be old: they could not be read.");
      })
      .catch(function () { say("The counts may be old: they could not be read."); })
      .then(function () { asking = false; });
  }
  setInterval(look, Number(live.dataset.every) * 1000);
  document.addEventListener("visibilitychange", look);

  /* Keys: one letter each, never while something is typed in or a menu key is held. */
  var keys = document.getElementById("keys");
  keys.hidden = false;
  if (live.dataset.shortcuts !== "on") return;
  function rows() { return Array.prototype.slice.call(document.querySelectorAll(".queue a.reference")); }
  function move(step) {
    var all = rows(), at = all.indexOf(document.activeElement);
    var next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
    if (next) next.focus();
  }
  var acts = {
    j: function () { move(1); },
    k: function () { move(-1); },
    r: function () { document.getElementById("again").click(); },
    "/": function () { document.getElementById("q").focus(); },
    "?": function () { keys.open = !keys.open; if (keys.open) keys.querySelector("summary").focus(); }
  };
  document.addEventListener("keydown", function (event) {
    var on = document.activeElement;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (on && (/^(INPUT|SELECT|TEXTAREA)$/.test(on.tagName) || on.isContentEditable)) return;
    var act = Object.prototype.hasOwnProperty.call(acts, event.key) && acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
