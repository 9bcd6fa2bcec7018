// Comforts of the set-up page: the browser's time zone, the usual ports, a look at typed passwords, a test in place.
"use strict";

const form = document.querySelector(".setup__form");

// The zone of this browser, unless one was chosen.
const zone = form.elements.zone;
if (zone.value === "") {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zone.options].some((option) => option.value === here)) zone.value = here;
}

// An empty port means the usual one; the field shows which.
for (const protocol of ["smtp", "imap"]) {
  const port = form.elements[`${protocol}_port`];
  const security = form.elements[`${protocol}_security`];
  if (!port) continue;
  const show = () => { port.placeholder = port.getAttribute(`data-usual-${security.value}`); };
  security.addEventListener("change", show);
  show();
}

// What is typed blindly can be looked at.
for (const input of form.querySelectorAll("input[type=password]")) {
  const both = document.createElement("div");
  both.className = "setup__secret";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn--quiet";
  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.textContent = visible ? form.dataset.wordHide : form.dataset.wordShow;
    button.setAttribute("aria-label", `${button.textContent}: ${input.labels[0].textContent}`);
  };
  input.replaceWith(both);
  both.append(input, button);
  show(false);
  button.addEventListener("click", () => show(input.type === "password"));
  form.addEventListener("submit", () => show(false));
}

// The test runs in place: nothing leaves the page, and the button says that it is at work.
const test = form.querySelector("[data-test]");
const report = document.getElementById("report");
test.addEventListener("htmx:beforeRequest", () => {
  test.setAttribute("aria-disabled", "true");
  report.replaceChildren();
});
report.addEventListener("htmx:afterSettle", () => report.scrollIntoView({ block: "nearest" }));
test.addEventListener("htmx:afterRequest", (event) => {
  test.removeAttribute("aria-disabled");
  if (!event.detail.successful) report.textContent = test.dataset.wordBroken;
});
