// Says every few seconds that this tab has a section open, and shows who else is here.
"use strict";
(() => {
  const EVERY = 5000; // milliseconds
  const SELDOM = 60000;
  const { address, section } = document.currentScript.dataset;
  let text = "";
  let failures = 0;
  let isAsking = false;
  let next = 0;

  function show() {
    for (const line of document.querySelectorAll("[data-here]")) {
      if (line.textContent !== text) line.textContent = text;
    }
  }

  // The token changes with each sign-in: it is read anew each time.
  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "";

  async function ask() {
    const answer = await fetch(address, {
      method: "POST",
      redirect: "manual",
      headers: { "X-CSRFToken": token() },
      body: new URLSearchParams({ tab: vrTab(), section }),
      signal: AbortSignal.timeout(2 * EVERY),
    });
    if (answer.status === 409) vrTab.renew();
    if (!answer.ok) return null;
    const told = await answer.json();
    // Another page's save: what changed is for the script that saves this one.
    document.dispatchEvent(new CustomEvent("vr:version", { detail: told.version }));
    return told.text;
  }

  async function tell() {
    clearTimeout(next);
    if (document.hidden || isAsking) return;
    isAsking = true;
    const said = await ask().catch(() => null);
    isAsking = false;
    failures = said === null ? failures + 1 : 0;
    text = said ?? "";
    show();
    next = setTimeout(tell, Math.min(EVERY * 2 ** failures, SELDOM));
  }

  document.addEventListener("visibilitychange", tell);
  // The form may come anew from the server, with an empty line.
  document.addEventListener("htmx:afterSettle", show);
  tell();
})();
