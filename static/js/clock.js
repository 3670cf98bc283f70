// The clock of a section, and the total of the minutes that are planned.
"use strict";

const MINUTE = 60;
// As the server counts: whoever says nothing for longer is away, or asleep.
const MOST_AT_ONCE = 15;
const BEAT = 5000;
let beat = Date.now();
let isAnnounced = false;

function sayTime(clock) {
  const { within, beyond, announced } = clock.dataset;
  const taken = Math.floor((Number(clock.dataset.seconds) + MINUTE / 2) / MINUTE);
  const planned = Number(clock.dataset.planned);
  const over = Math.max(taken - planned, 0);
  const words = (over ? beyond : within)
    .replace("{taken}", String(taken))
    .replace("{planned}", String(planned))
    .replace("{over}", String(over));
  const shown = clock.querySelector("[data-clock-words]");
  if (shown.textContent === words) return;
  shown.textContent = words;
  // Said once, by whoever reads the page aloud; the minutes after it are only shown.
  if (over && !isAnnounced) clock.querySelector("[data-clock-says]").textContent = announced;
  isAnnounced ||= over > 0;
}

function countOn() {
  const now = Date.now();
  const passed = Math.min(Math.max((now - beat) / 1000, 0), MOST_AT_ONCE);
  beat = now;
  const clock = document.querySelector("[data-clock]");
  if (!clock) return;
  clock.dataset.seconds = String(Number(clock.dataset.seconds) + passed);
  sayTime(clock);
}

function sayPlanned(fields) {
  const texts = [...fields.querySelectorAll("input")].map((field) => field.value.trim());
  const minutes = texts.map((text) => (/^\d{1,3}$/.test(text) ? Number(text) : 0));
  const total = document.querySelector("[data-minutes-total]");
  total.textContent = String(minutes.reduce((sum, number) => sum + number, 0));
}

document.addEventListener("input", (event) => {
  const fields = event.target.closest("[data-minutes]");
  if (fields) sayPlanned(fields);
});

if (document.querySelector("[data-clock]")) setInterval(countOn, BEAT);
