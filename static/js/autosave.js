// Saves what is typed in a section by itself, a moment after typing stops, and keeps in this tab
// what couldn't be saved. A field goes by its lasting name: `actions-57-wording` is of action 57,
// wherever it stands on the page. The server's side is told in reviews/views/autosave.py.
"use strict";

(() => {
  const PAUSE = 600;
  const REST = 1500;
  const LONGEST_WAIT = 10000;
  const FOCUS_RING = 8;
  const LONGEST_PRESS = 2000;
  const NEVER_SENT = /^(csrfmiddlewaretoken|version|tab|choose-.*|theirs-.*|.*-(row|DELETE|(TOTAL|INITIAL)_FORMS))$/;
  // Asked only when the section is set aside, and no part of it: kept in the tab, not sent.
  const OF_THE_TAB = /^set-aside-/;

  let form = document.querySelector("form[data-autosave]");
  if (!form) return;

  const user = form.dataset.user;
  const shelf = `vr-words-${user}-${form.dataset.review}-${form.dataset.autosave}`;
  const reached = `vr-reached-${form.dataset.review}`;
  // What each field says as far as the server knows.
  let known = new Map();
  // What waits for a choice, by its field: the version `seen` before, what this page said (`mine`),
  // and the others' `change`; none where the page that came from the server asks itself.
  const conflicted = new Map();
  // Words of rows that this page doesn't show: they're sent, and then the page is shown anew.
  const elsewhere = new Map();
  const messages = new Map();
  let version = Number(form.elements.version.value);
  let isBusy = false;
  let isPassing = false;
  let isPressed = false;
  let trouble = "";
  let attempts = 0;
  let savedAt = "";
  let timer = 0;
  let standing = 0;
  let barHeight = 0;

  // 1 Fields ---------------------------------------------------------------

  function lastingName(field) {
    const parts = /^(.+)-(\d+)-([^-]+)$/.exec(field.name);
    const row = parts && form.elements[`${parts[1]}-${parts[2]}-row`];
    return row ? `${parts[1]}-${row.value}-${parts[3]}` : field.name;
  }

  function isRemoved(field) {
    const place = /^(.+-\d+)-[^-]+$/.exec(field.name);
    const removal = place && form.elements[`${place[1]}-DELETE`];
    return Boolean(removal && removal.value);
  }

  function* fields() {
    for (const field of form.elements) {
      if (!field.name || field.matches("button, fieldset, output")) continue;
      if (NEVER_SENT.test(field.name) || isRemoved(field)) continue;
      yield field;
    }
  }

  // What every field says: texts by lasting names.
  function read() {
    const texts = new Map();
    for (const field of fields()) {
      const name = lastingName(field);
      if (field.type === "radio") {
        if (field.checked || !texts.has(name)) texts.set(name, field.checked ? field.value : "");
      } else if (field.type === "checkbox") {
        texts.set(name, field.checked ? "on" : "");
      } else {
        texts.set(name, field.value);
      }
    }
    return texts;
  }

  function find(name) {
    return [...fields()].filter((field) => lastingName(field) === name);
  }

  function write(name, text) {
    for (const field of find(name)) {
      if (field.type === "radio") field.checked = field.value === text;
      else if (field.type === "checkbox") field.checked = text === "on";
      else field.value = text;
    }
    if (typeof sayTotal === "function") sayTotal();
  }

  // What the server doesn't know yet, and may be told.
  function unsent() {
    const found = new Map(elsewhere);
    for (const [name, text] of read()) {
      if (OF_THE_TAB.test(name) || conflicted.has(name)) continue;
      if (known.get(name) !== text) found.set(name, text);
    }
    return found;
  }

  function ofTheTab() {
    return [...read()].filter(([name, text]) => OF_THE_TAB.test(name) && known.get(name) !== text);
  }

  function isUnsaved() {
    const removed = form.querySelector("input[name$='-DELETE'][value='on']");
    return isBusy || conflicted.size > 0 || unsent().size > 0 || ofTheTab().length > 0 || removed;
  }

  // 2 This tab's shelf: words that aren't saved, for this user only -----------

  function keep() {
    const here = read();
    const texts = [...unsent(), ...ofTheTab()];
    let seen = version;
    for (const [name, asked] of conflicted) {
      texts.push([name, here.get(name) ?? asked.mine]);
      // Nobody has chosen yet: after a reload they're asked again.
      seen = Math.min(seen, asked.seen);
    }
    try {
      if (texts.length) sessionStorage.setItem(shelf, JSON.stringify({ version: seen, texts }));
      else sessionStorage.removeItem(shelf);
    } catch {
      // A browser that keeps nothing: closing the tab still asks first.
    }
  }

  function takeBack() {
    let kept = null;
    try {
      for (const name of Object.keys(sessionStorage)) {
        if (name.startsWith("vr-words-") && !name.startsWith(`vr-words-${user}-`)) {
          sessionStorage.removeItem(name);
        }
      }
      kept = JSON.parse(sessionStorage.getItem(shelf) ?? "null");
    } catch {
      return;
    }
    if (!kept) return;
    // As of what was seen then: what others changed since isn't overwritten unasked.
    version = Math.min(version, kept.version);
    const here = read();
    for (const [name, text] of kept.texts) {
      if (here.has(name)) write(name, text);
      else elsewhere.set(name, text);
    }
  }

  // A page that was asked for before this tab's last save was answered shows what stood before it.
  function isOfBefore() {
    try {
      const last = Number(sessionStorage.getItem(reached));
      sessionStorage.removeItem(reached);
      return last > version;
    } catch {
      return false;
    }
  }

  function noteReached() {
    try {
      sessionStorage.setItem(reached, String(version));
    } catch {
      // A browser that keeps nothing: its words were saved all the same.
    }
  }

  // 3 What the page says -----------------------------------------------------

  // Nothing is shown between the press and the click of a button: it would move from under the
  // pointer, and the click be lost. A list that opens may swallow the release: two seconds, at most.
  function released() {
    return new Promise((resolve) => {
      const since = performance.now();
      const look = () => {
        isPressed &&= performance.now() - since < LONGEST_PRESS;
        if (isPressed) setTimeout(look, 20);
        else setTimeout(resolve);
      };
      look();
    });
  }

  function say(text, isTrouble = false) {
    const line = form.querySelector("[data-save]");
    if (line.textContent.trim() !== text) line.textContent = text;
    line.classList.toggle("vr-save--failed", isTrouble);
    uncover();
  }

  // Where the bar at the foot grows by what it says, the field that someone types in gives way.
  function uncover() {
    const bar = form.querySelector(".vr-actions");
    const grown = bar.offsetHeight - barHeight;
    barHeight = bar.offsetHeight;
    const field = document.activeElement;
    if (grown <= 0 || !form.contains(field) || bar.contains(field)) return;
    if (getComputedStyle(bar).position !== "sticky") return;
    const covered = field.getBoundingClientRect().bottom + FOCUS_RING - bar.getBoundingClientRect().top;
    if (covered > 0) scrollBy(0, Math.min(covered, grown + FOCUS_RING));
  }

  function words() {
    return form.querySelector("[data-save]").dataset;
  }

  function sayTrouble(kind) {
    trouble = kind;
    const panel = form.querySelector("[data-trouble]");
    panel.hidden = !kind;
    if (!kind) return;
    const says = panel.querySelector("[data-trouble-says]");
    const text = says.dataset[kind];
    if (says.textContent !== text) says.textContent = text;
    panel.querySelector("[data-trouble-sign-in]").hidden = !["signedOut", "otherUser"].includes(kind);
    panel.querySelector("[data-trouble-retry]").hidden = kind === "closed";
    const line = { offline: "failed", signedOut: "signedOut", otherUser: "signedOut" }[kind];
    say(words()[line ?? "stopped"], true);
  }

  function sayState() {
    form.querySelector("[data-show-conflict]").hidden = conflicted.size === 0;
    const count = messages.size;
    const drafts = count === 1 ? words().draftsOne : words().draftsMany;
    const parts = [];
    if (conflicted.size) parts.push(words().choose);
    else if (savedAt) parts.push(words().saved.replace("{time}", savedAt));
    if (count) parts.push(drafts.replace("{n}", String(count)));
    say(parts.join(" · "), conflicted.size > 0);
  }

  // What can't be read as it should is said at its field, once nobody is typing there.
  function sayDrafts(drafts) {
    const said = [...messages.keys()];
    messages.clear();
    for (const [name, message] of Object.entries(drafts)) messages.set(name, message);
    for (const name of new Set([...said, ...messages.keys()])) mark(name);
  }

  function mark(name) {
    const [field] = find(name);
    if (!field || field.type === "hidden" || field === document.activeElement) return;
    const message = messages.get(name) ?? "";
    const id = `${field.id}_error`;
    let error = document.getElementById(id);
    if (!message && error?.dataset.byScript === undefined) return;
    field.classList.toggle("is-invalid", Boolean(message));
    if (!message) {
      error.remove();
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
      return;
    }
    if (!error) {
      error = document.createElement("p");
      error.id = id;
      error.className = field.closest(".vr-factor") ? "invalid-feedback vr-factor__error" : "invalid-feedback";
      error.dataset.byScript = "";
      const place = field.closest(".vr-choice, .vr-unit") ?? field;
      place.after(error);
    }
    error.textContent = message;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", id);
  }

  // 4 Two people ---------------------------------------------------------------

  function fill(text, change) {
    return text.replace("{name}", change.by).replace("{time}", change.at);
  }

  function told(name, text) {
    const [field] = find(name);
    if (field?.type === "radio") {
      const chosen = find(name).find((one) => one.value === text);
      return chosen?.labels[0]?.textContent.trim() ?? text;
    }
    if (field?.type === "checkbox") return text ? "☑" : "☐";
    if (field?.tagName === "SELECT") {
      return [...field.options].find((one) => one.value === text)?.text ?? text;
    }
    return text;
  }

  function labelOf(name) {
    const [field] = find(name);
    const group = field?.closest("fieldset")?.querySelector("legend");
    return (group ?? field?.labels?.[0])?.textContent.trim() ?? "";
  }

  // Shows a text with the words underlined between what it has in common with another.
  function underline(place, text, other) {
    const words = text.split(/(?<=\s)/);
    const others = other.split(/(?<=\s)/);
    const shorter = Math.min(words.length, others.length);
    let start = 0;
    while (start < shorter && words[start] === others[start]) start += 1;
    let end = 0;
    while (end < shorter - start && words.at(-1 - end) === others.at(-1 - end)) end += 1;
    const different = document.createElement("mark");
    different.textContent = words.slice(start, words.length - end).join("");
    place.replaceChildren(
      words.slice(0, start).join(""),
      different,
      words.slice(words.length - end).join(""),
    );
  }

  function rowOf(name) {
    return name.replace(/-[^-]+$/, "");
  }

  // Whether a choice waits that only this script asks for.
  function isAsking() {
    return [...conflicted.values()].some((asked) => asked.change);
  }

  function noteConflict(name, change, seen) {
    const asked = conflicted.get(name);
    const mine = read().get(name) ?? elsewhere.get(name) ?? asked?.mine ?? "";
    elsewhere.delete(name);
    const since = Math.min(seen, asked?.seen ?? seen);
    conflicted.set(name, { mine, change, seen: since, panel: asked?.panel });
  }

  // Asks, or asks anew where others changed the field once more.
  function askWhich(name, change, seen) {
    noteConflict(name, change, seen);
    const former = conflicted.get(name).panel;
    const [field] = find(name);
    // The script's own question takes the place of the page's.
    const choice = field && form.elements[`choose-${field.name}`];
    (choice?.[0] ?? choice)?.closest(".vr-conflict").remove();
    const template = form.querySelector("template[data-conflict]");
    const panel = template.content.firstElementChild.cloneNode(true);
    conflicted.get(name).panel = panel;
    const ofRow = [...conflicted.keys()].filter((one) => rowOf(one) === rowOf(name));
    const names = change.gone ? ofRow : [name];
    const mine = names.map((one) => told(one, conflicted.get(one).mine)).filter(Boolean).join(" · ");
    const head = panel.querySelector("[data-says]");
    let says = head.dataset.both;
    if (change.gone) says = change.by ? head.dataset.gone : head.dataset.away;
    head.textContent = fill(says, change);
    head.id = `conflict-${name}`;
    panel.setAttribute("aria-labelledby", head.id);
    panel.querySelector("[data-label]").textContent = labelOf(name);
    const both = [mine, change.gone ? "–" : told(name, change.text)];
    underline(panel.querySelector("[data-yours]"), both[0], both[1]);
    underline(panel.querySelector("[data-theirs]"), both[1], both[0]);
    const whose = panel.querySelector("[data-whose]");
    whose.textContent = change.by ? fill(whose.dataset.words, change) : "";
    const yours = panel.querySelector("[data-keep-yours]");
    const theirs = panel.querySelector("[data-keep-theirs]");
    const together = panel.querySelector("[data-keep-both]");
    theirs.textContent = change.gone ? theirs.dataset.wordsGone : fill(theirs.dataset.words, change);
    const isProse = field?.matches("textarea, input:not([inputmode])") && /^(text|textarea)$/.test(field.type);
    if (change.gone || !isProse) together.closest("footer").remove();
    const row = field && form.elements[field.name.replace(/-[^-]+$/, "-row")];
    if (change.gone && !row) yours.remove();

    const settle = () => {
      for (const one of names) conflicted.delete(one);
      panel.remove();
      sayState();
      keep();
      field?.focus();
      schedule(0);
    };
    yours.addEventListener("click", () => {
      if (change.gone) {
        // As a row of its own: under a new key, all that stands in it is new.
        row.value = newRowKey();
      } else {
        known.set(name, change.text);
      }
      settle();
    });
    theirs.addEventListener("click", () => {
      if (change.gone) {
        const here = read();
        for (const one of names) {
          conflicted.delete(one);
          known.set(one, here.get(one));
        }
        keep();
        showAnew();
        return;
      }
      write(name, change.text);
      known.set(name, change.text);
      settle();
    });
    together.addEventListener("click", () => {
      const gap = field.tagName === "TEXTAREA" ? "\n" : " ";
      write(name, `${change.text}${gap}${read().get(name)}`);
      known.set(name, change.text);
      settle();
    });
    const place = field?.closest(".vr-grid") ?? field?.closest(".vr-control");
    if (place) place.after(panel);
    else form.querySelector("[data-conflicts]").append(panel);
    if (former?.contains(document.activeElement)) panel.focus();
    former?.remove();
  }

  function newRowKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(8));
    return `n${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }

  function askAll(conflicts, seen) {
    // Of a row that is gone, all that was typed in it is one question.
    for (const change of conflicts) if (change.gone) noteConflict(change.field, change, seen);
    const rows = new Set();
    for (const change of conflicts) {
      const row = rowOf(change.field);
      if (!change.gone || !rows.has(row)) askWhich(change.field, change, seen);
      if (change.gone) rows.add(row);
    }
  }

  // What others changed is shown where nobody has typed; in the rest of the page, it is offered.
  function showOthers(others, seen) {
    const texts = read();
    const isRemoval = (change) => change.field.endsWith("-DELETE");
    const removed = new Set(others.filter(isRemoval).map((change) => rowOf(change.field)));
    const gone = [];
    let unseen = null;
    for (const change of others) {
      const { field: name, text } = change;
      if (removed.has(rowOf(name))) {
        // Where somebody typed, its row is what they're asked about; else it stays until shown.
        if (texts.has(name) && (conflicted.has(name) || known.get(name) !== texts.get(name)))
          gone.push({ ...change, gone: true });
        else unseen = change;
      } else if (conflicted.has(name)) askWhich(name, change, seen);
      else if (texts.get(name) === text) known.set(name, text);
      else if (!texts.has(name)) unseen = change;
      else if (known.get(name) === texts.get(name) && find(name)[0] !== document.activeElement) {
        write(name, text);
        known.set(name, text);
      } else askWhich(name, change, seen);
    }
    askAll(gone, seen);
    if (unseen) offer(unseen);
  }

  function offer(change) {
    const line = form.querySelector("[data-others]");
    line.hidden = false;
    line.textContent = `${fill(line.dataset.one, change)} `;
    const show = document.createElement("button");
    show.type = "button";
    show.className = "btn btn-link";
    show.textContent = line.dataset.show;
    show.addEventListener("click", showAnew);
    line.append(show);
  }

  async function showAnew() {
    await flush();
    isPassing = true;
    location.reload();
  }

  // 5 Sending ------------------------------------------------------------------

  function schedule(pause = PAUSE) {
    clearTimeout(timer);
    timer = setTimeout(send, pause);
  }

  function token() {
    return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  }

  // Whoever signed in again in another window has another token: this page's forms take it too.
  function renewTokens() {
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) {
      field.value = token();
    }
  }

  function nextTurn() {
    let turn = nextTurn.last ?? 0;
    try {
      turn = Math.max(turn, Number(sessionStorage.getItem("vr-turn")));
      sessionStorage.setItem("vr-turn", String(turn + 1));
    } catch {
      // Without storage this page counts for itself.
    }
    nextTurn.last = turn + 1;
    return turn + 1;
  }

  async function post(texts) {
    const body = new URLSearchParams({ tab: window.vrTab(), turn: nextTurn(), user, version });
    for (const [name, text] of texts) body.append(`typed-${name}`, text);
    return fetch(form.dataset.autosave, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": token() },
      redirect: "manual",
      // It outlives the page, where it may: browsers bear 64 kB of that.
      keepalive: String(body).length < 60000,
      signal: AbortSignal.timeout(15000),
    });
  }

  function fail(kind) {
    attempts += 1;
    sayTrouble(kind);
    if (["offline", "signedOut", "otherUser"].includes(kind)) {
      schedule(Math.min(LONGEST_WAIT, 500 * 2 ** attempts));
    }
    return false;
  }

  // Sends what the server doesn't know. Returns whether all of it is saved, or kept as a draft.
  async function send({ evenNothing = false } = {}) {
    clearTimeout(timer);
    if (isBusy) return send.now;
    const texts = unsent();
    if (!texts.size && !evenNothing) {
      keep();
      if (form.querySelector("[data-save]").textContent === words().changed) sayState();
      return !isAsking();
    }
    isBusy = true;
    if (texts.size && !trouble) say(words().saving);
    send.now = deliver(texts);
    const isSaved = await send.now;
    if (isSaved && unsent().size) schedule();
    else if (isSaved && texts.size) scheduleStanding();
    return isSaved;
  }

  // What is missing, and where each section stands, as it is now: once nobody types for a while.
  function scheduleStanding() {
    clearTimeout(standing);
    standing = setTimeout(showStanding, REST);
  }

  async function showStanding() {
    if (isBusy || unsent().size) return;
    let page;
    try {
      const response = await fetch(location.pathname, { redirect: "error" });
      if (!response.ok) return;
      page = new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      return;
    }
    for (const now of page.querySelectorAll("[data-stands]")) {
      const shown = document.querySelector(`[data-stands="${now.dataset.stands}"]`);
      if (!shown || shown.contains(document.activeElement)) continue;
      if (shown.textContent !== now.textContent) shown.replaceChildren(...now.childNodes);
    }
  }

  async function deliver(texts) {
    let response;
    let answer = {};
    try {
      response = await post(texts);
      if (response.ok || response.status === 409) answer = await response.json();
    } catch {
      response = null;
    }
    await released();
    isBusy = false;
    if (!response) return fail("offline");
    if (response.type === "opaqueredirect" || response.status === 403) return fail("signedOut");
    if (answer.reason === "other_user") return fail("otherUser");
    if (answer.reason === "other_tab") window.vrTab.renew();
    if (["past", "other_tab"].includes(answer.reason)) return send();
    if (answer.reason) return fail(answer.reason);
    if (response.status >= 500) return fail("offline");
    if (!response.ok && response.status !== 409) return fail("refused");
    attempts = 0;
    sayTrouble("");
    renewTokens();
    take(texts, answer);
    return !isAsking();
  }

  function take(texts, answer) {
    const refused = new Set(answer.conflicts.map((change) => change.field));
    for (const [name, text] of texts) if (!refused.has(name)) known.set(name, text);
    const seen = version;
    version = answer.version;
    form.elements.version.value = String(version);
    noteReached();
    const isComplete = [...elsewhere].every(([name]) => !refused.has(name));
    if (elsewhere.size && isComplete) {
      elsewhere.clear();
      keep();
      showAnew();
      return;
    }
    sayDrafts(answer.drafts);
    askAll(answer.conflicts, seen);
    showOthers(answer.others, seen);
    savedAt = answer.at;
    sayState();
    keep();
  }

  // Waits until nothing is on its way and nothing is left to send.
  async function flush() {
    if (isBusy) await send.now;
    return send();
  }

  // 6 What sets it off ----------------------------------------------------------

  document.addEventListener("input", (event) => {
    if (event.target.form !== form || !event.target.name) return;
    keep();
    if (!trouble) say(words().changed);
    schedule();
  });
  document.addEventListener("change", (event) => {
    if (event.target.form === form && event.target.name) schedule(100);
  });
  document.addEventListener("focusout", async (event) => {
    if (event.target.form !== form || !event.target.name) return;
    await released();
    mark(lastingName(event.target));
  });
  for (const [kind, isDown] of Object.entries({ pointerdown: true, pointerup: false, pointercancel: false })) {
    document.addEventListener(kind, () => (isPressed = isDown), true);
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-trouble-retry]")) send();
    if (event.target.closest("[data-show-conflict]")) document.querySelector(".vr-conflict")?.focus();
  });
  window.addEventListener("online", () => send());
  window.addEventListener("focus", () => trouble && send());
  document.addEventListener("visibilitychange", () => {
    if (trouble || document.hidden) send();
  });
  // The review is further on than this page: somebody else saved.
  document.addEventListener("vr:version", (event) => {
    if (event.detail > version && !isBusy && !trouble) send({ evenNothing: true });
  });

  document.addEventListener(
    "submit",
    async (event) => {
      if (event.target !== form || isPassing) return;
      const pressed = event.submitter;
      if (!isBusy && !unsent().size && !isAsking()) {
        isPassing = true;
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      const isSaved = await flush();
      if (isAsking()) {
        document.querySelector(".vr-conflict")?.focus();
        return;
      }
      // What the server refuses to read by itself, it says why when asked in full.
      if (!isSaved && trouble !== "refused") return;
      isPassing = true;
      form.requestSubmit(asItIsNow(pressed));
    },
    true,
  );
  window.addEventListener("beforeunload", (event) => {
    if (!isPassing && isUnsaved()) event.preventDefault();
  });
  // Back from another page, or from one that was never left: what stands here may be old.
  window.addEventListener("pageshow", (event) => {
    isPassing = false;
    if (event.persisted) showAnew();
  });

  // 7 Rows that come and go by a swap of the form ---------------------------------

  // Swaps on their way. Whatever is pressed meanwhile would be told of the form as it was (a row
  // that was brought back would be left out): it's pressed once they have come, in its turn.
  const swaps = new Set();
  let waiting = 0;
  let line = Promise.resolve();

  async function rowsHaveCome() {
    while (swaps.size || !form.isConnected) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  // The same button, in a form that may have come anew.
  function asItIsNow(button) {
    if (!button || button.isConnected) return button;
    const isTwin = (one) => one.name === button.name && one.value === button.value;
    return [...form.querySelectorAll("button")].find(isTwin) ?? null;
  }

  document.addEventListener(
    "click",
    (event) => {
      const pressed = event.target.closest("button");
      if (!event.isTrusted || pressed?.form?.id !== form.id || pressed.type !== "submit") return;
      if (!swaps.size && form.isConnected && !waiting) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      waiting += 1;
      line = line.then(rowsHaveCome).then(() => {
        waiting -= 1;
        asItIsNow(pressed)?.click();
      });
    },
    true,
  );
  document.addEventListener("htmx:afterRequest", (event) => swaps.delete(event.detail.xhr));

  // What the page said when each request was sent: more than one may be on its way.
  const asSent = new WeakMap();
  let typedMeanwhile = [];
  let shownBefore = new Map();
  document.addEventListener("htmx:beforeRequest", (event) => {
    asSent.set(event.detail.xhr, read());
    const isSwap = event.detail.target === form && !event.detail.elt.closest("[hx-swap=none]");
    if (isSwap) swaps.add(event.detail.xhr);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== form) return;
    if (!event.detail.serverResponse.includes('id="section-form"')) {
      // The page for signing in, most likely: what is typed here stays.
      event.detail.shouldSwap = false;
      fail("signedOut");
      return;
    }
    if (event.detail.requestConfig.elt.closest("[hx-swap=none]")) return;
    const before = asSent.get(event.detail.xhr);
    shownBefore = read();
    typedMeanwhile = [...shownBefore].filter(([name, text]) => before.get(name) !== text);
  });
  document.addEventListener("htmx:afterSettle", () => {
    const now = document.querySelector("form[data-autosave]");
    if (!now || now === form) return;
    form = now;
    // What a new row comes with empty is nothing that the server has to be told.
    for (const [name, text] of read()) {
      if (!text && !shownBefore.has(name) && !known.has(name)) known.set(name, text);
    }
    for (const [name, text] of typedMeanwhile) write(name, text);
    typedMeanwhile = [];
    version = Math.min(version, Number(form.elements.version.value));
    begin();
    schedule(0);
  });
  for (const failure of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, () => fail("offline"));
  }

  // 8 To begin with ------------------------------------------------------------------

  function begin() {
    form.elements.tab.value = window.vrTab();
    barHeight = form.querySelector(".vr-actions").offsetHeight;
    // Fields that a page without scripts asks about: they're sent when somebody has chosen.
    for (const [name, asked] of conflicted) if (!asked.change) conflicted.delete(name);
    for (const choice of form.querySelectorAll("input[name^='choose-']")) {
      const field = form.elements[choice.name.replace("choose-", "")];
      if (field) conflicted.set(lastingName(field instanceof RadioNodeList ? field[0] : field), { mine: "", seen: 0 });
    }
    // A form that came anew doesn't ask what this script was asking.
    askAll([...conflicted.values()].map((asked) => asked.change).filter(Boolean), version);
    for (const name of messages.keys()) mark(name);
  }

  begin();
  if (!("unsaved" in form.dataset)) {
    known = read();
    if (isOfBefore()) {
      isPassing = true;
      location.reload();
      return;
    }
  }
  takeBack();
  if (unsent().size) schedule(0);
})();
