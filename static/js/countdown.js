// Counts promises down by the server's clock. The words come with the page, in the reader's language.
"use strict";

(() => {
  const words = document.body.dataset;
  // A wrong clock in the browser must not move a promise.
  const ahead = words.now ? Date.parse(words.now) - Date.now() : 0;
  const fill = (pattern, ...values) => values.reduce((text, value) => text.replace("%s", value), pattern);

  const duration = (minutes) => {
    const days = Math.floor(minutes / 1440);
    const hours = Math.floor(minutes / 60);
    if (minutes < 1) return words.wordInstant;
    if (hours < 1) return fill(words.wordMinutes, minutes);
    if (hours < 48) return join(fill(words.wordHours, hours), minutes % 60 && fill(words.wordMinutes, minutes % 60));
    return join(fill(words.wordDays, days), hours % 24 && fill(words.wordHours, hours % 24));
  };
  const join = (large, small) => (small ? `${large} ${small}` : large);

  const tick = () => {
    const now = Date.now() + ahead;
    for (const time of document.querySelectorAll("time[data-countdown]")) {
      const due = Date.parse(time.dateTime);
      const late = now > due;
      const text = fill(late ? words.wordLate : words.wordIn, duration(Math.floor(Math.abs(due - now) / 60000)));
      if (time.textContent !== text) time.textContent = text;
      const state = late ? "late" : time.dataset.warn && now >= Date.parse(time.dataset.warn) ? "soon" : "calm";
      for (const part of [time.closest(".promise"), time.closest(".promise-box")]) if (part) part.dataset.state = state;
    }
  };

  tick();
  setInterval(tick, 10000);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
  document.addEventListener("htmx:afterSettle", tick);
})();
