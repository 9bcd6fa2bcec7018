// Small comforts of every page. Nothing here is needed to use the portal.
"use strict";

document.documentElement.classList.add("scripted");

// A form is sent once: the second click finds a button that says it is at work.
document.addEventListener("submit", (event) => {
  const form = event.target;
  // A form that answers with a file leaves its page as it is.
  if (event.defaultPrevented || form.method !== "post" || "downloads" in form.dataset) return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "yes";
  for (const button of form.querySelectorAll("button[type=submit], button:not([type])")) {
    button.setAttribute("aria-disabled", "true");
  }
});

// Back from the next page, the form can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) {
    delete form.dataset.sending;
    for (const button of form.querySelectorAll("[aria-disabled=true]")) button.removeAttribute("aria-disabled");
  }
});

// Menus close when something else is meant.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open], details.pop[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open], details.pop[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Messages stay until they are put away.
for (const button of document.querySelectorAll("[data-put-away]")) {
  button.hidden = false;
  button.addEventListener("click", () => button.closest(".banner").remove());
}

// After a refused form the summary is read first.
const wrongs = document.querySelector("[data-wrongs]");
if (wrongs) wrongs.focus();

// A demo login fills the form.
for (const button of document.querySelectorAll("[data-fill-login]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const form = document.querySelector("[data-login]");
    form.elements.login.value = button.dataset.fillLogin;
    form.elements.password.value = button.dataset.fillPassword;
    form.requestSubmit();
  });
}

// Two forms, one place: tabs choose which composer is seen. Without script both are.
for (const tabs of document.querySelectorAll("[data-tabs]")) {
  const buttons = [...tabs.querySelectorAll("[role=tab]")];
  const choose = (chosen) => {
    for (const button of buttons) {
      const on = button === chosen;
      button.setAttribute("aria-selected", String(on));
      button.tabIndex = on ? 0 : -1;
      document.getElementById(button.getAttribute("aria-controls")).hidden = !on;
    }
  };
  for (const button of buttons) {
    button.addEventListener("click", () => choose(button));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = buttons[(buttons.indexOf(button) + step + buttons.length) % buttons.length];
      choose(next);
      next.focus();
    });
  }
  for (const button of buttons) {
    const panel = document.getElementById(button.getAttribute("aria-controls"));
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", button.id);
  }
  tabs.hidden = false;
  choose(buttons.find((button) => document.getElementById(button.getAttribute("aria-controls")).querySelector(".field--wrong")) || buttons[0]);
}

// What a choice asks for besides is shown with the choice: data-shown-for="field:value value".
const showWhatBelongs = () => {
  for (const part of document.querySelectorAll("[data-shown-for]")) {
    const [name, values] = part.dataset.shownFor.split(":");
    const form = part.closest("form");
    const field = form && form.elements[name];
    if (field) part.hidden = !values.split(" ").includes(field.value);
  }
};
document.addEventListener("change", showWhatBelongs);
showWhatBelongs();
