// Buttons above a section's text that write the light markup for you. Without them it is written by hand.
"use strict";

const AROUND = [["Fet", "**"], ["Kursiv", "*"]];
const BEFORE = [["Underrubrik", () => "### "], ["Punktlista", () => "- "], ["Numrerad lista", (line) => `${line + 1}. `], ["Citat", () => "> "]];

// Written as if typed, so that the browser's undo takes it back.
const write = (area, start, end, text) => {
  area.focus();
  area.setSelectionRange(start, end);
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, start, end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
};

const surround = (area, sign) => {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const chosen = value.slice(start, end) || "text";
  const bare = chosen.trim();
  const lead = chosen.length - chosen.trimStart().length;
  write(area, start, end, chosen.replace(bare, () => `${sign}${bare}${sign}`));
  area.setSelectionRange(start + lead + sign.length, start + lead + sign.length + bare.length);
};

const begin = (area, sign) => {
  const { selectionStart, selectionEnd, value } = area;
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const next = value.indexOf("\n", selectionEnd);
  const end = next < 0 ? value.length : next;
  const text = value.slice(start, end).split("\n").map((line, index) => sign(index) + line).join("\n");
  write(area, start, end, text);
};

const button = (label, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
};

for (const area of document.querySelectorAll("[data-editor] textarea")) {
  const bar = document.createElement("div");
  bar.className = "toolbar";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "Formatera texten");
  bar.append(
    ...AROUND.map(([label, sign]) => button(label, () => surround(area, sign))),
    ...BEFORE.map(([label, sign]) => button(label, () => begin(area, sign))),
  );
  area.before(bar);
}
