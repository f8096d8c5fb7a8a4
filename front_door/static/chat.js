"use strict";
// Only spares the reload: every form here works without this file. Anything unexpected falls back to the ordinary post.
(() => {
  const byId = (id) => document.getElementById(id);
  const [log, form, box, choices, working, progress] = ["log", "composer", "message", "choices", "working", "progress"].map(byId);
  const words = form.dataset;
  const HEADERS = { Accept: "application/json", "X-Chat-View": "html" };
  const PATIENCE = 20000; // ms; the server answers within five seconds, with or without the reply
  let after = Number(log.dataset.after);
  const LISTEN = { joined: 3000, asked: 3000, may: 15000 }; // ms between two looks while a person is there or may come
  let polling = 0;
  let person = log.dataset.person;
  let turn = Promise.resolve(); // one message at a time, in the order sent
  let waiting = 0;
  let failures = 0;
  let unsent = null; // a message that may not have arrived keeps its id, so that trying again cannot send it twice

  const newId = () => "c-" + Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
  const back = () => box.focus({ preventScroll: true });

  function show(answer, asked = false) {
    if (typeof answer?.after !== "number" || typeof answer.log_html !== "string") return false;
    const holder = document.createElement("ol");
    holder.innerHTML = answer.log_html;
    const items = Array.from(holder.children).filter((item) => Number(item.dataset.seq) > after);
    for (const item of items) item.classList.add("message--new");
    log.firstElementChild.append(...items);
    after = Math.max(after, answer.after);
    const reply = items.find((item) => item.dataset.from !== "resident") || items[items.length - 1];
    if (items.length || !asked) choices.innerHTML = answer.choices_html || ""; // else somebody may be on one of them
    if (typeof answer.person === "string") person = answer.person;
    if (typeof answer.progress === "string") progress.textContent = answer.progress;
    owe(answer.owed);
    if (!asked) document.dispatchEvent(new CustomEvent("chat:left", { detail: answer.left }));
    reply?.scrollIntoView({ block: "start" });
    return true;
  }

  function tell(text) {
    working.textContent = text;
    working.classList.toggle("hidden", !text);
  }

  function owe(owed) {
    byId("still")?.remove();
    clearTimeout(polling);
    tell(owed ? words.still : "");
    if (owed) polling = setTimeout(poll, 1000);
    else if (LISTEN[person]) polling = setTimeout(poll, LISTEN[person]);
  }

  async function poll() {
    try {
      const response = await fetch("/chat/messages?after=" + after, { headers: HEADERS });
      if (response.status === 404) return location.replace("/chat");
      if (!response.ok || !show(await response.json(), true)) throw new Error("unexpected answer");
    } catch {
      clearTimeout(polling);
      polling = setTimeout(poll, 4000);
    }
  }

  function warn(text, again = false) {
    byId("unsent").hidden = !text;
    byId("not-sent").textContent = text;
    byId("retry").hidden = !again;
  }

  function post(chosen, id, name, value) {
    for (const [key, text] of [["client_id", id], ...(name ? [[name, value]] : [])]) {
      const field = chosen.querySelector(`input[name=${key}]`) || document.createElement("input");
      Object.assign(field, { type: "hidden", name: key, value: text });
      chosen.append(field);
    }
    chosen.submit();
  }

  // True when the message is known to have arrived.
  async function deliver(key, fields, again, fallback) {
    if (unsent?.key !== key) unsent = { key, id: newId(), again };
    const id = unsent.id;
    byId("notice")?.remove();
    warn("");
    const slow = setTimeout(() => tell(words.writing), 1500);
    let response;
    try {
      response = await fetch("/chat?after=" + after, {
        method: "POST",
        headers: { ...HEADERS, "Content-Type": "application/json" },
        body: JSON.stringify({ ...Object.fromEntries(new FormData(form)), message: "", ...fields, client_id: id }),
        ...(AbortSignal.timeout ? { signal: AbortSignal.timeout(PATIENCE) } : {}), // older phones wait as long as it takes
      });
    } catch {
      warn(words.offline, true);
      return false;
    } finally {
      clearTimeout(slow);
      tell("");
    }
    const answer = await response.json().catch(() => null);
    if (response.ok && show(answer)) {
      unsent = null;
      return true;
    }
    if (response.ok || !answer || response.status === 403 || response.status === 409) {
      fallback(id);
      return false;
    }
    const danger = (answer.messages || []).map((message) => message.text).join("\n");
    warn([danger, answer.message || words.failed].filter(Boolean).join("\n"), response.status !== 422);
    return false;
  }

  async function sendTyped(text) {
    const again = () => { // just what failed, under its id; what was typed after it stays in the box
      const whole = box.value;
      const same = whole === text || whole.startsWith(text + "\n");
      if (!same && !whole.trim()) return undefined;
      box.value = same ? whole.slice(text.length + 1) : "";
      return sendTyped(same ? text : whole);
    };
    const went = await deliver("typed " + text, { message: text }, again, (id) => {
      box.value = text;
      post(form, id);
    });
    if (!went) {
      failures += 1;
      if (!box.value.startsWith(text)) box.value = [text, box.value].filter(Boolean).join("\n");
    }
    back();
  }

  async function sendPressed(pressed, name, value) {
    const again = () => sendPressed(pressed, name, value);
    await deliver(`pressed ${name} ${value}`, { [name]: value }, again, (id) => post(pressed, id, name, value));
    back();
  }

  const inTurn = (work) => {
    waiting += 1;
    turn = turn.then(work).catch(() => {}).then(() => (waiting -= 1));
  };

  form.addEventListener("submit", (event) => {
    const empty = !box.value.trim();
    if (empty && !waiting) return; // the ordinary post says kindly that it was empty
    event.preventDefault();
    if (empty) return; // a second press of Send
    const [text, before] = [box.value, failures];
    box.value = "";
    inTurn(() => {
      if (failures === before) return sendTyped(text);
      box.value = [box.value, text].filter(Boolean).join("\n"); // what went before it failed: nothing jumps the queue
      return undefined;
    });
  });

  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !event.repeat) {
      event.preventDefault();
      if (form.requestSubmit) form.requestSubmit();
      else form.querySelector("button[type=submit]").click();
    }
  });

  document.addEventListener("submit", (event) => {
    const pressed = event.target;
    if (!pressed.matches("[data-choice], .strip__person")) return;
    event.preventDefault();
    const { name, value } = event.submitter || pressed.querySelector("button");
    if (pressed.dataset.busy) return; // a second press of a button that stays
    pressed.dataset.busy = "yes";
    inTurn(async () => {
      try {
        if (pressed.isConnected) await sendPressed(pressed, name, value);
      } finally {
        delete pressed.dataset.busy;
      }
    });
  });

  const retry = () => unsent && inTurn(() => unsent?.again());
  byId("retry").addEventListener("click", retry);
  // By itself only what has not been touched since: never a sentence that is half written.
  window.addEventListener("online", () => {
    if (unsent && (unsent.key === "typed " + box.value || (unsent.key.startsWith("pressed ") && !box.value))) retry();
  });

  // What sticks to the edges must never cover what has the focus, however high it grows.
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) document.documentElement.style.setProperty("--" + target.id, target.offsetHeight + "px");
  });
  sizes.observe(byId("top"));
  sizes.observe(form);

  if (log.dataset.owed === "yes" || LISTEN[person]) owe(log.dataset.owed === "yes");
})();
