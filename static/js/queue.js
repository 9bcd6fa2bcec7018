// The queue stays as it is under the cursor: what changed is announced, and shown when somebody asks for it.
"use strict";

(() => {
  const EVERY = 20000;
  const list = () => document.querySelector("[data-list]");
  const news = () => document.querySelector("[data-news]");
  const picks = () => [...document.querySelectorAll(".queue__pick input")];

  const ask = async () => {
    const table = list();
    if (!table || document.hidden) return;
    const shown = [...table.querySelectorAll("[data-row]")].map((row) => row.dataset.row).join(",");
    try {
      const answer = await fetch(`${table.dataset.changes}&shown=${shown}`, { redirect: "error" });
      const button = news();
      if (!button || table !== list()) return;
      const found = answer.status === 200 ? await answer.json() : { count: 0, words: "" };
      if (button.textContent !== found.words) button.textContent = found.words;
      button.hidden = !found.count;
    } catch {
      // The server is away; the next question comes soon.
    }
  };

  // Whoever chose rows, or stands on one, finds them chosen, and stands there still.
  const show = async () => {
    const chosen = picks().filter((pick) => pick.checked).map((pick) => pick.id);
    await htmx.ajax("GET", window.location.href, { target: "#queue", select: "#queue", swap: "outerHTML" });
    for (const id of chosen) {
      const pick = document.getElementById(id);
      if (pick) pick.checked = true;
    }
    count();
    const first = document.querySelector("[data-list] .queue__title a");
    if (first && document.activeElement === document.body) first.focus();
  };

  const count = () => {
    const words = document.querySelector("[data-chosen-words]");
    const chosen = picks().filter((pick) => pick.checked).length;
    if (words && chosen) words.textContent = words.dataset.chosenWords.replace("%s", chosen);
  };

  document.addEventListener("click", (event) => event.target.closest("[data-news]") && show());
  document.addEventListener("change", (event) => event.target.closest(".queue__pick") && count());
  document.addEventListener("visibilitychange", () => document.hidden || ask());
  window.addEventListener("pageshow", count);
  setInterval(ask, EVERY);
})();
