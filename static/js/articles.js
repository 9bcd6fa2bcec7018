// Puts the address of an article into the reply. Without this file the address is copied by hand.
"use strict";
for (const place of document.querySelectorAll("[data-inserts-into]")) {
  const show = () => {
    for (const button of place.querySelectorAll("[data-insert]")) button.hidden = false;
  };
  document.addEventListener("htmx:afterSwap", show);
  place.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    const field = document.getElementById(`id_${place.dataset.insertsInto}`) || document.getElementById(place.dataset.insertsInto);
    if (!button || !field) return;
    const before = field.value.slice(0, field.selectionStart);
    field.setRangeText((before && !/\s$/.test(before) ? " " : "") + button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}
