// The key of this tab: its own, through reloads and from page to page.
"use strict";
(() => {
  const KEY = "vr-tab";
  const LEFT = "vr-tab-left";

  const newKey = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
      byte.toString(16).padStart(2, "0"),
    ).join("");

  // A page says that it leaves. What comes with a key that no page left is a copy of a tab that
  // is still open, and takes a key of its own.
  let key = sessionStorage.getItem(LEFT) && sessionStorage.getItem(KEY);
  const take = () => {
    sessionStorage.removeItem(LEFT);
    sessionStorage.setItem(KEY, key);
  };
  key ||= newKey();
  take();

  window.addEventListener("pagehide", () => sessionStorage.setItem(LEFT, "1"));
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) take();
  });

  window.vrTab = () => key;
  // For a key that the server knows as another user's, who was signed in here before.
  window.vrTab.renew = () => {
    key = newKey();
    take();
  };
})();
