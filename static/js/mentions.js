// In a note "@le" offers the colleagues whose name begins so. Without this file the name is typed.
"use strict";

(() => {
  const field = document.querySelector("#note textarea[name=body]");
  const staff = document.getElementById("assign_assignee");
  if (!field || !staff) return;
  const people = [...staff.options].filter((option) => option.value).map((option) => option.text.trim());
  const list = document.createElement("ul");
  list.className = "mentions";
  list.id = "mentions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", staff.labels[0] ? staff.labels[0].textContent.trim() : "@");
  list.hidden = true;
  field.after(list);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", "mentions");

  const typed = () => /(^|[\s(])@([\p{L}\d.]*)$/u.exec(field.value.slice(0, field.selectionStart));
  const close = () => { list.hidden = true; field.removeAttribute("aria-activedescendant"); };
  const mark = (number) => {
    const options = [...list.children];
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === number)));
    field.setAttribute("aria-activedescendant", options[number].id);
  };
  const marked = () => [...list.children].findIndex((option) => option.getAttribute("aria-selected") === "true");
  const take = (option) => {
    const start = field.selectionStart - typed()[2].length;
    const name = option.textContent.toLowerCase().split(/\s+/).join(".");
    field.setRangeText(`${name} `, start, field.selectionStart, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  };
  const offer = () => {
    const found = typed();
    const words = found && found[2].toLowerCase();
    const fit = found ? people.filter((name) => `${name} ${name.split(/\s+/).join(".")}`.toLowerCase().split(/\s+/).some((part) => part.startsWith(words))) : [];
    list.replaceChildren(...fit.slice(0, 6).map((name, i) => {
      const option = document.createElement("li");
      option.id = `mention-${i}`;
      option.setAttribute("role", "option");
      option.textContent = name;
      return option;
    }));
    if (!fit.length) return close();
    list.hidden = false;
    mark(0);
  };

  field.addEventListener("input", offer);
  field.addEventListener("blur", () => setTimeout(close, 200));
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    if (event.target.matches("[role=option]")) take(event.target);
  });
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) mark((marked() + step + list.children.length) % list.children.length);
    else if (event.key === "Enter" || event.key === "Tab") take(list.children[marked()]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
})();
