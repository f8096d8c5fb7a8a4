"use strict";
// Only spares the reload: every form here works without this file. Anything unexpected falls back to the ordinary post.
(() => {
  const log = document.getElementById("log");
  const form = document.getElementById("composer");
  const box = document.getElementById("message");
  const choices = document.getElementById("choices");
  const working = document.getElementById("working");
  const notSent = document.getElementById("not-sent");
  const HEADERS = { Accept: "application/json", "X-Chat-View": "html" };
  let after = Number(log.dataset.after);
  let polling = 0;
  let unsent = null; // a message whose sending failed keeps its id, so that trying again cannot send it twice

  const newId = () => "c-" + Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");

  function show(answer) {
    if (typeof answer.after !== "number" || typeof answer.log_html !== "string") throw new Error("unexpected answer");
    if (answer.after > after) {
      const holder = document.createElement("ol");
      holder.innerHTML = answer.log_html;
      const items = Array.from(holder.children);
      for (const item of items) {
        item.classList.add("message--new");
        log.append(item);
      }
      after = answer.after;
      const reply = items.find((item) => item.dataset.from === "assistant") || items[items.length - 1];
      if (reply) reply.scrollIntoView({ block: "start" });
    }
    choices.innerHTML = answer.choices_html || "";
    owe(answer.owed);
  }

  function owe(owed) {
    document.getElementById("still")?.remove();
    clearTimeout(polling);
    working.textContent = owed ? "I am still working on a reply." : "";
    working.classList.toggle("hidden", !owed);
    if (owed) polling = setTimeout(poll, 1000);
  }

  async function poll() {
    try {
      const response = await fetch("/chat/messages?after=" + after, { headers: HEADERS });
      if (response.status === 404) return location.assign("/chat");
      if (!response.ok) throw new Error("status");
      show(await response.json());
    } catch {
      polling = setTimeout(poll, 4000);
    }
  }

  function warn(text) {
    notSent.textContent = text;
    notSent.classList.toggle("hidden", !text);
  }

  async function send(fields, fallback) {
    const body = { ...Object.fromEntries(new FormData(form)), ...fields };
    document.getElementById("notice")?.remove();
    warn("");
    const slow = setTimeout(() => {
      working.textContent = "Writing a reply";
      working.classList.remove("hidden");
    }, 1500);
    let response;
    try {
      response = await fetch("/chat?after=" + after, {
        method: "POST",
        headers: { ...HEADERS, "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
    } catch {
      warn("Not sent. Check your connection and try again.");
      return false;
    } finally {
      clearTimeout(slow);
      owe(false);
    }
    let answer = null;
    try {
      answer = await response.json();
    } catch {
      fallback();
      return false;
    }
    if (response.ok && typeof answer.log_html === "string") {
      show(answer);
      return true;
    }
    if (response.ok || response.status === 403 || response.status === 409) {
      fallback();
      return false;
    }
    const danger = (answer.messages || []).map((message) => message.text).join("\n");
    warn([danger, answer.message || "Not sent. Please try again."].filter(Boolean).join("\n"));
    return false;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = box.value;
    if (!text.trim()) {
      box.focus({ preventScroll: true });
      return form.submit();
    }
    if (!unsent || unsent.message !== text) unsent = { message: text, client_id: newId() };
    const sending = unsent;
    box.value = "";
    if (await send(sending, () => { box.value = text; form.submit(); })) unsent = null;
    else if (!box.value) box.value = text;
    box.focus({ preventScroll: true });
  });

  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !event.repeat) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  document.addEventListener("submit", async (event) => {
    const chosen = event.target;
    if (!chosen.matches("[data-choice], .strip__person")) return;
    event.preventDefault();
    const button = event.submitter || chosen.querySelector("button");
    const typed = box.value;
    await send({ [button.name]: button.value, message: "", client_id: newId() }, () => {
      const hidden = document.createElement("input");
      hidden.type = "hidden";
      hidden.name = button.name;
      hidden.value = button.value;
      chosen.append(hidden);
      chosen.submit();
    });
    box.value = typed;
    box.focus({ preventScroll: true });
  });

  window.addEventListener("online", () => {
    if (unsent && box.value === unsent.message) form.requestSubmit();
  });

  // Leaving: hidden at once, and no entry in the history to come back to.
  const leave = () => {
    document.documentElement.hidden = true;
    location.replace("/exit");
  };
  document.querySelector("[data-exit]").addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  let shifts = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") shifts = [];
  });
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") return;
    const now = Date.now();
    shifts = [...shifts.filter((at) => now - at < 2000), now];
    if (shifts.length >= 3) leave();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  if (log.dataset.owed === "yes") owe(true);
})();
