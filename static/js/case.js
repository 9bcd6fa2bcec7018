// At a case: who else is there, what happened meanwhile, and drafts that keep themselves. Nothing here is needed.
"use strict";

(() => {
  const EVERY = 15000;
  const here = document.querySelector("[data-presence]");
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  let wrote = 0;

  const said = (values) => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ csrfmiddlewaretoken: token, ...values })) form.append(name, value);
    return form;
  };
  const set = (part, text) => {
    const words = part.querySelector("span") || part;
    if (words.textContent !== text) words.textContent = text;
    part.hidden = !text;
  };

  const tell = async () => {
    if (document.hidden) return;
    const writing = Date.now() - wrote < 2 * EVERY ? "yes" : "no";
    try {
      const body = said({ writing, read: here.dataset.read });
      const answer = await fetch(here.dataset.presence, { method: "POST", body, redirect: "error" });
      if (!answer.ok) return;
      const found = await answer.json();
      set(here.querySelector("[data-here]"), found.here);
      set(here.querySelector("[data-meanwhile]"), found.news);
    } catch {
      // The server is away; the next word comes soon.
    }
  };

  // A draft is kept when its writer pauses, and at once when they leave.
  const drafts = [...document.querySelectorAll("[data-draft]")].map((state) => {
    const form = state.closest("form");
    return { state, form, field: form.elements.body, timer: 0, kept: form.elements.body.value };
  });
  const values = (draft) => ({ quietly: "yes", kind: draft.form.elements.kind.value, body: draft.field.value });
  const keep = async (draft) => {
    clearTimeout(draft.timer);
    const body = draft.field.value;
    if (body === draft.kept || draft.form.dataset.sending) return;
    try {
      const answer = await fetch(draft.state.dataset.draft, { method: "POST", body: said(values(draft)), redirect: "error" });
      if (!answer.ok) return;
      draft.kept = body;
      draft.state.textContent = body.trim() ? draft.state.dataset.wordKept : "";
    } catch {
      draft.timer = setTimeout(keep, EVERY, draft);
    }
  };
  for (const draft of drafts) {
    draft.field.addEventListener("input", () => {
      const before = wrote;
      wrote = Date.now();
      if (wrote - before > EVERY) tell();
      clearTimeout(draft.timer);
      draft.timer = setTimeout(keep, 1500, draft);
    });
  }

  window.addEventListener("pagehide", () => {
    for (const draft of drafts) {
      if (draft.field.value !== draft.kept && !draft.form.dataset.sending) navigator.sendBeacon(draft.state.dataset.draft, said(values(draft)));
    }
    navigator.sendBeacon(here.dataset.presence, said({ leaving: "yes" }));
  });
  document.addEventListener("visibilitychange", tell);
  // What happened meanwhile is shown by reading the page anew; what was typed is kept first.
  here.querySelector("[data-meanwhile] a").addEventListener("click", async (event) => {
    event.preventDefault();
    await Promise.all(drafts.map(keep));
    window.location.reload();
  });
  tell();
  setInterval(tell, EVERY);
})();
