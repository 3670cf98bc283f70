// The projected view: what it does besides asking every second for what is new.
"use strict";
(() => {
  const LATE = 6000; // milliseconds without an answer
  const SELDOM = 5000; // between two questions, while none is answered
  const shown = () => document.getElementById("projected");
  const late = document.querySelector("[data-old]");
  let heard = new Date();
  let asked = 0;
  let title = shown().dataset.title;

  const isLate = () => Date.now() - heard > LATE;

  function say(line, text) {
    if (line.textContent !== text) line.textContent = text;
  }

  function sayLate() {
    const two = (number) => String(number).padStart(2, "0");
    const words = isLate()
      ? shown()
          .dataset.late.replace("{hour}", two(heard.getHours()))
          .replace("{minute}", two(heard.getMinutes()))
      : "";
    late.lang = shown().lang;
    say(late, words);
  }

  // Who is signed out is sent to another page, which isn't the room's.
  const isOurs = ({ responseURL }) =>
    responseURL !== "" && new URL(responseURL).pathname === location.pathname;

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isLate() && Date.now() - asked < SELDOM) event.preventDefault();
    else asked = Date.now();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!isOurs(event.detail.xhr)) event.detail.shouldSwap = false;
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && isOurs(event.detail.xhr)) heard = new Date();
    sayLate();
  });

  document.addEventListener("htmx:afterSwap", () => {
    const { lang } = shown();
    document.documentElement.lang = lang;
    if (shown().dataset.title === title) return;
    title = shown().dataset.title;
    const says = document.querySelector("[data-says]");
    says.lang = lang;
    say(says, title);
    window.scrollTo(0, 0);
  });

  setInterval(sayLate, 1000);
})();
