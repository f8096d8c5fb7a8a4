/* Live chats, where there is JavaScript: the list and the lines stay true while the page is open. Without it "Read again" does. */
(function () {
  "use strict";
  var news = document.getElementById("news"), told = "";
  var lines = document.getElementById("lines"), talks = document.getElementById("talks");
  var box = lines || talks;
  if (!box) return;
  var asking = false, stopped = false;
  function say(words) {
    if (words === told) return;
    told = words;
    news.classList.remove("hidden");
    news.textContent = words;
  }
  function parsed(html) {
    var holder = document.createElement("div");
    holder.innerHTML = html;
    return holder;
  }
  /* New lines are added, so that they alone are read out; of old ones only what became of a text changes. */
  function putLines(html) {
    var fresh = parsed(html).querySelector(".talk"), shown = lines.querySelector(".talk");
    if (!fresh) return;
    if (fresh.dataset.stamp !== shown.dataset.stamp) {
      var text = document.getElementById("text");
      if (!text || !text.value) return location.reload();
      say("Something changed in this chat. Read again to see it. What you typed would be lost: copy it first.");
    }
    Array.prototype.forEach.call(Array.prototype.slice.call(fresh.children), function (line) {
      var old = shown.querySelector('[data-seq="' + line.dataset.seq + '"]');
      if (!old) {
        line.classList.add("talk__line--new");
        shown.appendChild(line);
        return;
      }
      var fate = line.querySelector(".talk__fate"), before = old.querySelector(".talk__fate");
      if (fate && before && fate.textContent !== before.textContent) before.textContent = fate.textContent;
      else if (fate && !before) old.appendChild(fate);
    });
  }
  function waiting(part) { return part.querySelectorAll("strong.over").length; }
  function putTalks(html) {
    var fresh = parsed(html), before = waiting(talks);
    if (talks.contains(document.activeElement)) {
      if (waiting(fresh) > before) say("Somebody waits for a person. Read again to see it.");
      return;
    }
    if (waiting(fresh) > before) say("Somebody waits for a person.");
    talks.innerHTML = html;
  }
  function look() {
    if (asking || stopped || document.hidden) return;
    asking = true;
    fetch(box.dataset.url, { redirect: "manual", credentials: "same-origin" })
      .then(function (answer) {
        if (answer.ok) return answer.text().then(lines ? putLines : putTalks);
        if (answer.type === "opaqueredirect" || answer.status === 403) {
          stopped = true;
          say("You are signed out. Sign in again to go on.");
        } else say("New lines could not be read. This page may be old.");
      })
      .catch(function () { say("New lines could not be read. This page may be old."); })
      .then(function () { asking = false; });
  }
  setInterval(look, Number(box.dataset.every) * 1000);
  document.addEventListener("visibilitychange", look);
})();
