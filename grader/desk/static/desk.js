// The desk's keys. Every decision is sent at once; the page moves on when the server has written it.
"use strict";

const told = document.getElementById("told");
const items = [...document.querySelectorAll("form.item")];
let active = items.find((form) => form.classList.contains("active")) || null;
let sending = false;
// One number a decision: where an answer is lost on the way, sending again writes nothing twice.
const requests = new Map();

// By student or by question: undoing stays in the way that the page was opened.
const way = new URLSearchParams(window.location.search).has("by_student") ? "?by_student=1" : "";

const say = (text) => { if (told) { told.textContent = text; } else { window.alert(text); } };
const requestOf = (form) => {
  if (!requests.has(form)) { requests.set(form, crypto.randomUUID()); }
  return requests.get(form);
};

async function send(address, body) {
  if (sending) { return null; }
  sending = true;
  try {
    const answer = await fetch(address, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    const found = await answer.json();
    if (!answer.ok) { say(found.error || "This could not be written."); return null; }
    return found;
  } catch {
    say("The desk does not answer. Is `paribus desk` still running? Your words are still here; press Enter to try again.");
    return null;
  } finally {
    sending = false;
  }
}

function activate(form) {
  if (active) { active.classList.remove("active"); active.querySelector(".choices").hidden = true; }
  active = form;
  form.classList.add("active");
  form.querySelector(".choices").hidden = false;
  const opener = form.querySelector(".open-item");
  if (opener) { opener.hidden = true; }
}

function count(form) {
  const lines = [...form.querySelectorAll("input[name=line]")];
  if (!lines.length) { return; }
  const sum = lines.filter((line) => line.checked).reduce((total, line) => total + Number(line.dataset.worth), 0);
  const most = Number(form.dataset.points);
  const any = lines.some((line) => line.checked);
  form.elements.points.value = any ? String(Math.min(most, Math.max(0, sum))) : "";
}

// What the button does: a proposal is confirmed only as long as nothing else was chosen.
function name(form) {
  const chosen = form.elements.points.value !== "" || form.querySelector("input[name=line]:checked");
  if (chosen) { form.querySelector(".send .does").textContent = "Save"; }
}

function choose(form, points) {
  form.elements.points.value = points;
  for (const button of form.querySelectorAll(".choice")) {
    button.setAttribute("aria-pressed", String(button.dataset.give === points));
  }
  name(form);
}

async function save(form) {
  const lines = [...form.querySelectorAll("input[name=line]:checked")].map((line) => line.value);
  let points = form.elements.points.value;
  if (points === "" && form.dataset.proposal !== undefined) { points = form.dataset.proposal; }
  if (points === "" && !lines.length) { say("Choose a line, or give points."); return; }
  const found = await send(form.dataset.to, {
    item: form.dataset.item, points: points === "" ? null : Number(points), lines,
    comment: form.elements.comment.value, seen: Number(form.dataset.seen), request: requestOf(form),
    blind: form.dataset.blind === "1",
    alike: [...form.querySelectorAll("input[name=alike]:checked")].map((box) => box.value),
  });
  if (found) { window.location.assign(found.next); }
}

async function undo() {
  const found = await send(`/undo${way}`, {});
  if (found) { window.location.assign(found.next); }
}

for (const form of items) {
  form.addEventListener("submit", (event) => { event.preventDefault(); save(form); });
  form.addEventListener("input", () => name(form));
  form.addEventListener("change", (event) => {
    if (event.target.name === "line") { count(form); name(form); }
    if (event.target.name === "snippet" && event.target.value) {
      const words = form.elements.comment;
      words.value = [words.value.trim(), event.target.value].filter(Boolean).join(" ");
      event.target.value = "";
      words.focus();
    }
  });
  const opener = form.querySelector(".open-item");
  if (opener) { opener.addEventListener("click", () => activate(form)); }
  for (const button of form.querySelectorAll(".choice")) {
    button.addEventListener("click", () => choose(form, button.dataset.give));
  }
}

for (const form of document.querySelectorAll("form.ask")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const here = window.location.pathname + window.location.search;
    const found = await send(form.dataset.to, { text: form.elements.text.value });
    if (found) { window.location.assign(here); }
  });
}

for (const button of document.querySelectorAll(".choose")) {
  button.addEventListener("click", async () => {
    const { submission, grade, keep } = button.dataset;
    const found = await send("/choose", { submission, grade_id: grade, keep });
    if (found) { window.location.assign(found.next); }
  });
}

// The source of a number: under the pointer, under the finger, or one after the other by the keyboard.
const source = document.getElementById("source");
const numbers = source ? [...document.querySelectorAll(".left .shown mark")] : [];
let pointed = -1;
function tellSource(place) {
  if (numbers[pointed]) { numbers[pointed].classList.remove("pointed"); }
  pointed = place;
  numbers[place].classList.add("pointed");
  source.textContent = `${numbers[place].textContent}: ${numbers[place].title}`;
}
numbers.forEach((mark, place) => {
  mark.addEventListener("mouseenter", () => tellSource(place));
  mark.addEventListener("click", () => tellSource(place));
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) { return; }
  const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape" && typing) { event.target.blur(); return; }
  if (typing) { return; }
  if (event.key === "z") { event.preventDefault(); undo(); return; }
  if (event.key === "n") {
    const next = document.getElementById("next");
    if (next) { event.preventDefault(); window.location.assign(next.href); }
    return;
  }
  if (event.key === "i" && numbers.length) {
    event.preventDefault();
    tellSource((pointed + 1) % numbers.length);
    numbers[pointed].scrollIntoView({ block: "nearest" });
    return;
  }
  if (!active) { return; }
  if (event.key === "Enter" && !event.target.matches("a, button, summary")) { event.preventDefault(); save(active); return; }
  if (event.key === "c") { event.preventDefault(); active.elements.comment.focus(); return; }
  if (event.key === "p") { event.preventDefault(); active.elements.points.focus(); active.elements.points.select(); return; }
  if (event.key === "s" && active.elements.snippet) {
    event.preventDefault();
    active.elements.snippet.focus();
    // Open, the arrows go through the list; closed, the first arrow would take its first line.
    if (active.elements.snippet.showPicker) { active.elements.snippet.showPicker(); }
    return;
  }
  if (/^[0-9]$/.test(event.key)) {
    // After a choice, Enter saves, also where something was unfolded before.
    if (event.target.matches("summary, button, a")) { event.target.blur(); }
    const lines = active.querySelectorAll("input[name=line]");
    const choices = active.querySelectorAll(".choice");
    const place = Number(event.key) - 1;
    event.preventDefault();
    if (lines.length) {
      if (lines[place]) { lines[place].checked = !lines[place].checked; count(active); name(active); }
    } else if (active.querySelector(".choice[data-give='0']:first-child")) {  // points, from none on
      if (choices[place + 1]) { choose(active, choices[place + 1].dataset.give); }
    } else if (choices.length) {
      if (choices[place]) { choose(active, choices[place].dataset.give); }
    } else if (Number(event.key) <= Number(active.dataset.points)) {
      active.elements.points.value = event.key;
      name(active);
    }
  }
});

// Others see who has a page open; a sign of life each minute keeps it so.
if (active) {
  const place = active.dataset.to.split("?")[0].replace("/decide/", "/hold/");
  window.setInterval(() => { fetch(place, { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" }).catch(() => {}); }, 60000);
}
