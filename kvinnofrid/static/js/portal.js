// The portal's only script. Every page works without it.
"use strict";

// A form with faults: the summary gets the focus, and its links lead into the field.
const focusErrorSummary = () => document.querySelector("[data-error-summary]")?.focus();

// Counts as the server does: a line break is two characters, a letter outside the basic plane one.
const lengthOf = (text) => [...text.replace(/\r?\n/g, "\r\n")].length;

const countCharacters = (area) => {
  const note = document.querySelector(`[data-count-for="${CSS.escape(area.id)}"]`);
  if (!note) return;
  const update = () => {
    const left = Number(area.dataset.limit) - lengthOf(area.value);
    note.textContent = left < 0 ? `${-left} tecken för mycket.` : `${left} tecken kvar av ${area.dataset.limit}.`;
    note.classList.toggle("is-over", left < 0);
  };
  // Said aloud only when the writer pauses, or a screen reader would speak at every key.
  const spoken = note.cloneNode(false);
  spoken.removeAttribute("id");
  spoken.removeAttribute("data-count-for");
  spoken.className = "visually-hidden";
  spoken.setAttribute("aria-live", "polite");
  note.after(spoken);
  let pause;
  area.addEventListener("input", () => {
    update();
    clearTimeout(pause);
    pause = setTimeout(() => { spoken.textContent = note.textContent; }, 1000);
  });
  update();
};

// A second press on the same button sends nothing more; the server would refuse it anyway.
const guardDoubleSubmit = () => {
  const sent = new WeakMap();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.matches("[hx-post], [hx-get]")) return;
    if (Date.now() - (sent.get(form) ?? 0) < 3000) event.preventDefault();
    else sent.set(form, Date.now());
    // A link from the error summary left its field in the address; the answer to this form begins at its top.
    if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
  });
};

// An answer that reloads the page is the last: what asks again and again must not have it reloaded once more.
const reloadOnce = () => {
  let leaving = false;
  document.addEventListener("htmx:beforeRequest", (event) => { if (leaving) event.preventDefault(); });
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (!event.detail.xhr.getResponseHeader("HX-Refresh")) return;
    if (leaving) event.preventDefault();
    leaving = true;
  });
};

// The menu in the masthead folds in on Escape, and when the eye or the focus moves on.
const closeMenus = () => {
  const close = (except) => {
    for (const menu of document.querySelectorAll("[data-menu][open]")) if (!menu.contains(except)) menu.open = false;
  };
  document.addEventListener("click", (event) => close(event.target));
  document.addEventListener("focusin", (event) => close(event.target));
  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector("[data-menu][open]");
    if (event.key !== "Escape" || !menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
};

const enhance = (root) => root.querySelectorAll("textarea[data-limit]").forEach(countCharacters);

enhance(document);
focusErrorSummary();
guardDoubleSubmit();
reloadOnce();
closeMenus();
document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) enhance(event.target); });
