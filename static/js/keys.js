// The desk by keyboard. One key each, never while somebody types; the sheet of all of them opens with "?".
// Keys move the real focus from link to link, so whoever reads by ear hears where they are.
"use strict";

(() => {
  const sheet = document.getElementById("keys");
  const find = (selector) => document.querySelector(selector);
  const rows = () => [...document.querySelectorAll("[data-list] tbody tr")];
  const current = () => document.activeElement.closest("[data-list] tbody tr");
  const link = (row) => row.querySelector(".queue__title a");
  const pick = (row) => row.querySelector(".queue__pick input");
  let before = "";

  const move = (step) => {
    const all = rows();
    const here = all.indexOf(current());
    const next = here < 0 ? all[step > 0 ? 0 : all.length - 1] : all[here + step];
    if (!next) return;
    link(next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const choose = () => current() && pick(current()).click();
  // On the chosen rows, or on the one that has the focus.
  const onChosen = (act) => {
    if (!rows().some((row) => pick(row).checked) && current()) pick(current()).click();
    const button = find(`#bulk button[value="${act}"]`);
    if (button && rows().some((row) => pick(row).checked)) button.click();
  };
  const open = (hash = "") => current() && window.location.assign(link(current()).href + hash);
  // Opens the fold or the tab in which something stands, and puts the focus on its first field.
  const reach = (selector) => {
    const part = find(selector);
    if (!part) return;
    for (let fold = part.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const tab = find(`[role=tab][aria-controls="${part.id}"]`);
    if (tab) tab.click();
    const field = part.matches("input, select, textarea, summary") ? part : part.querySelector("textarea, select, input:not([type=hidden])");
    if (field) field.focus();
  };

  const everywhere = {
    "?": () => sheet.showModal(),
    "/": () => find("input[type=search]")?.focus(),
  };
  const inList = {
    j: () => move(1), k: () => move(-1), x: choose, o: () => open(),
    r: () => (rows().some((row) => pick(row).checked) ? onChosen("reply") : open("#reply")),
    a: () => onChosen("assign"), i: () => onChosen("note"), s: () => find("[data-news]:not([hidden])")?.click(),
  };
  const inCase = {
    r: () => reach("#reply"), i: () => reach("#note"), m: () => reach("#macro"), a: () => reach("#assign_assignee"),
    l: () => reach("#call_outcome_0"), e: () => reach("#close_outcome, #close_outcome_0"),
  };

  const typing = (target) => target.matches("textarea, select, input:not([type=checkbox]):not([type=radio]), [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || sheet.open) return;
    if (event.key === "Escape" && typing(event.target)) {
      // It leaves the search with what was looked for; the browser itself would empty it.
      if (event.target.type === "search") event.preventDefault();
      event.target.blur();
    }
    if (typing(event.target) || event.isComposing) return;
    const here = find("[data-list]") ? inList : find("[data-presence]") ? inCase : {};
    const keys = { ...everywhere, ...here };
    const pressed = before ? `${before} ${event.key}` : event.key;
    before = pressed === "g" ? "g" : "";
    // A link of the page may have a key of its own.
    const linked = /^[a-z ]+$/.test(pressed) && find(`a[data-key="${pressed}"]`);
    const act = keys[pressed] || (linked && (() => linked.click()));
    if (!act) return;
    event.preventDefault();
    act();
  });

  for (const button of document.querySelectorAll("[data-keys-open]")) {
    button.hidden = false;
    button.addEventListener("click", () => sheet.showModal());
  }
  // Whoever came to a case to write is led to the field, once the browser has gone to its part, which takes the focus away.
  if (["#reply", "#note"].includes(window.location.hash)) {
    window.addEventListener("load", () => requestAnimationFrame(() => setTimeout(() => reach(window.location.hash))));
  }
})();
