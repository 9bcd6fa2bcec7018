// Files can be dropped on their field, and are listed with their size before they are sent.
"use strict";

for (const drop of document.querySelectorAll("[data-drop]")) {
  const input = drop.querySelector("input[type=file]");
  const list = drop.querySelector("[data-chosen]");
  const most = Number(drop.dataset.mostBytes || 0);

  const size = (bytes) => {
    const units = ["B", "kB", "MB", "GB"];
    let n = bytes;
    let i = 0;
    while (n >= 1000 && i < units.length - 1) { n /= 1000; i += 1; }
    return `${n.toLocaleString(document.documentElement.lang, { maximumFractionDigits: i ? 1 : 0 })}\u00a0${units[i]}`;
  };

  const show = () => {
    list.replaceChildren(
      ...[...input.files].map((file) => {
        const line = document.createElement("li");
        const name = document.createElement("span");
        name.className = "files__name";
        name.textContent = file.name;
        const weight = document.createElement("span");
        weight.className = "files__size";
        weight.textContent = size(file.size);
        line.append(name, weight);
        if (most && file.size > most) {
          const wrong = document.createElement("span");
          wrong.className = "field__error";
          wrong.textContent = drop.dataset.tooLarge;
          line.append(wrong);
        }
        return line;
      }),
    );
  };

  input.addEventListener("change", show);
  input.addEventListener("emptied", show);
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("drop--over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      if (name === "dragleave" && drop.contains(event.relatedTarget)) return;
      drop.classList.remove("drop--over");
    });
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    const all = new DataTransfer();
    for (const file of [...input.files, ...event.dataTransfer.files]) all.items.add(file);
    input.files = all.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// Where files leave as soon as they are chosen, how much arrived is shown. What was kept is no longer in the field; what
// could not be kept stays there, and goes with the form.
for (const keeper of document.querySelectorAll("[data-keeps]")) {
  const input = document.getElementById(keeper.dataset.keeps);
  const bar = keeper.querySelector("progress");
  const words = keeper.querySelector("[role=status]");

  keeper.addEventListener("htmx:beforeRequest", (event) => {
    if (!input.files.length) event.preventDefault();
    keeper.hidden = !input.files.length;
    bar.hidden = false;
    bar.value = 0;
    words.textContent = "";
  });
  keeper.addEventListener("htmx:xhr:progress", (event) => {
    if (event.detail.lengthComputable) bar.value = (100 * event.detail.loaded) / event.detail.total;
  });
  keeper.addEventListener("htmx:afterRequest", (event) => {
    bar.hidden = true;
    keeper.hidden = event.detail.successful;
    if (!event.detail.successful) {
      words.textContent = keeper.dataset.wordLater;
      return;
    }
    input.value = "";
    input.dispatchEvent(new Event("emptied"));
  });
}
