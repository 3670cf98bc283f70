// What makes the pages pleasant. Every page works without it.
"use strict";

const FIVE = 5;
const HUNDRED = 100;

// The thirteen factors: a live total, what is left, one bar of 100 points, an even split.
function sayTotal() {
  const list = document.querySelector("[data-factors]");
  const figure = document.querySelector("[data-total]");
  if (!list || !figure) return;
  const weights = [];
  let chosen = 0;
  for (const row of list.querySelectorAll(".vr-factor")) {
    const box = row.querySelector("input[type=checkbox][name$='-chosen']");
    const text = row.querySelector("input[name$='-weight']").value.trim();
    row.classList.toggle("is-chosen", box.checked);
    if (!box.checked) continue;
    chosen += 1;
    weights.push(/^\d{1,3}$/.test(text) ? Number(text) : 0);
  }
  for (const row of list.querySelectorAll(".vr-factor")) {
    const closed = chosen >= FIVE && !row.classList.contains("is-chosen");
    row.classList.toggle("is-disabled", closed);
    row.querySelector("input[name$='-chosen']").setAttribute("aria-disabled", String(closed));
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  figure.textContent = String(total);
  sayLeft(total);
  drawBar(weights);
  listShares(list, figure);
  const full = document.querySelector("[data-full]");
  if (full) full.hidden = chosen < FIVE;
}

function sayLeft(total) {
  const says = document.querySelector("[data-left]");
  const off = Math.abs(HUNDRED - total);
  const words = says.dataset;
  let text = words.exact;
  if (total < HUNDRED) text = off === 1 ? words.leftOne : words.leftMany;
  if (total > HUNDRED) text = off === 1 ? words.overOne : words.overMany;
  text = text.replace("{n}", String(off));
  if (says.textContent.trim() !== text) says.textContent = text;
  says.classList.toggle("vr-total__says--off", off !== 0);
}

function drawBar(weights) {
  const bar = document.querySelector("[data-bar]");
  if (!bar) return;
  bar.querySelectorAll("rect + rect").forEach((segment) => segment.remove());
  let x = 0;
  for (const weight of weights) {
    const segment = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    segment.setAttribute("x", String(x));
    segment.setAttribute("width", String(Math.max(weight - 0.5, 0)));
    segment.setAttribute("height", "4");
    segment.setAttribute("fill", "currentColor");
    bar.append(segment);
    x += weight;
  }
  const figure = document.querySelector(".vr-total__figure");
  bar.setAttribute("aria-label", figure.textContent.trim().replace(/\s+/g, " "));
}

// The five beside the total say what the fields say, in the language of the room.
function listShares(list, figure) {
  const table = figure.closest("aside")?.querySelector(".vr-lines");
  if (!table) return;
  const language = figure.closest("[lang]").lang;
  const percent = new Intl.NumberFormat(language, { style: "percent" });
  const rows = [];
  for (const row of list.querySelectorAll(".vr-factor.is-chosen")) {
    const text = row.querySelector("input[name$='-weight']").value.trim();
    const line = document.createElement("tr");
    for (const words of [
      row.querySelector("label b").textContent,
      /^\d{1,3}$/.test(text) ? percent.format(Number(text) / HUNDRED) : "–",
    ]) {
      const cell = document.createElement("td");
      cell.textContent = words;
      line.append(cell);
    }
    rows.push(line);
  }
  const body = table.tBodies[0] ?? table.createTBody();
  body.replaceChildren(...rows);
}

// Why a sixth can't be taken, said in the row where it was tried.
function refuseSixth(row) {
  const full = document.querySelector("[data-full]");
  if (!full) return;
  const reason = document.createElement("p");
  reason.className = "invalid-feedback vr-factor__error";
  reason.dataset.refused = "";
  reason.setAttribute("role", "alert");
  row.append(reason);
  reason.textContent = full.textContent;
}

document.addEventListener("change", (event) => {
  const box = event.target;
  if (!box.matches("[data-factors] input[name$='-chosen']")) return;
  document.querySelectorAll("[data-refused]").forEach((reason) => reason.remove());
  const chosen = document.querySelectorAll("[data-factors] input[name$='-chosen']:checked");
  if (box.checked && chosen.length > FIVE) {
    box.checked = false;
    refuseSixth(box.closest(".vr-factor"));
  }
  sayTotal();
});

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-factors] input[name$='-weight']")) sayTotal();
});

document.addEventListener("keydown", (event) => {
  const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (!step || !event.target.matches("[data-factors] input[name$='-weight']")) return;
  event.preventDefault();
  const now = /^\d{1,3}$/.test(event.target.value) ? Number(event.target.value) : 0;
  event.target.value = String(Math.min(HUNDRED, Math.max(1, now + step)));
  // As if it was typed: the total is said, and the weight saved.
  event.target.dispatchEvent(new Event("input", { bubbles: true }));
});

// Words that were typed and not saved: closing the tab asks first.
let unsaved = document.querySelector("[data-unsaved]:not([data-autosave])") !== null;
document.addEventListener("input", (event) => {
  if (event.target.closest("[data-guard]:not([data-autosave])")) unsaved = true;
});
document.addEventListener("submit", (event) => {
  // Another form of the page (the language, signing out) saves nothing of this one.
  if (event.target.matches("[data-guard]")) unsaved = false;
});

// What takes seconds says so, and is asked for once.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || !button.dataset.working) return;
  if (button.getAttribute("aria-disabled") === "true") {
    event.preventDefault();
    return;
  }
  button.setAttribute("aria-disabled", "true");
  const says = button.textContent;
  button.textContent = button.dataset.working;
  window.addEventListener("pageshow", () => {
    button.textContent = says;
    button.removeAttribute("aria-disabled");
  }, { once: true });
});

// Signing out takes along what this browser's tabs kept of unsaved words.
function forgetWords() {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith("vr-words-")) sessionStorage.removeItem(name);
  }
}
const tabs = new BroadcastChannel("vr-sign-out");
tabs.addEventListener("message", forgetWords);
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-sign-out]")) return;
  window.addEventListener("pagehide", () => {
    forgetWords();
    tabs.postMessage("");
  });
});
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});

// What has to be mended is the first thing that a reader hears.
function readErrors() {
  const errors = document.querySelector("[data-errors]");
  if (errors) errors.focus();
}

document.addEventListener("DOMContentLoaded", () => {
  sayTotal();
  readErrors();
});

document.addEventListener("htmx:afterSettle", sayTotal);
