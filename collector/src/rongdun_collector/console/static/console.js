// The little that pages do by themselves; without it everything works by buttons.
"use strict";

document.documentElement.classList.add("scripted");

for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, [type=checkbox], [type=radio]")) form.requestSubmit();
  });
}

for (const form of document.querySelectorAll("form[method=get]")) {
  form.addEventListener("submit", () => {
    for (const field of form.querySelectorAll("select, input")) if (field.value === "") field.disabled = true;
  });
}
// A page that comes back from the browser's own cache has its fields again.
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[method=get] :disabled")) field.disabled = false;
});

// "/" goes to the search field, as people expect.
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) return;
  const search = document.querySelector("[data-search]");
  if (search) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});

const findings = document.querySelectorAll("details.finding");
for (const button of document.querySelectorAll("[data-unfold]")) {
  const words = [button.textContent, button.dataset.unfold];
  button.hidden = findings.length === 0;
  button.addEventListener("click", () => {
    const open = button.textContent === words[0];
    for (const one of findings) one.open = open;
    button.textContent = words[open ? 1 : 0];
  });
}

// A page about something that goes on asks for itself again, unless somebody is busy on it or nobody looks.
const going = document.querySelector("[data-reload]");
if (going) {
  let touched = false;
  addEventListener("input", () => (touched = true));
  setInterval(() => {
    const busy = document.activeElement && document.activeElement.closest("form");
    if (!touched && !busy && !document.hidden && navigator.onLine) location.reload();
  }, 1000 * Number(going.dataset.reload));
}

// A link to one finding opens it; on paper all of them are open.
const unfold = () => {
  const named = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named instanceof HTMLDetailsElement) {
    named.open = true;
    named.scrollIntoView();
  }
};
addEventListener("hashchange", unfold);
unfold();
addEventListener("beforeprint", () => findings.forEach((one) => one.setAttribute("open", "")));
