// The moderators' desk: single keys (only if switched on), marking a passage, ticking all. Everything has a button too.
const isTyping = (node) => node.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
const say = (text) => document.dispatchEvent(new CustomEvent("announce", { detail: text }));
const follow = (step) => {
  const cases = [...document.querySelectorAll("[data-case]")];
  const here = cases.findIndex((link) => link.getAttribute("aria-current") === "true");
  const next = cases[here + step];
  if (next) next.click();
};
const press = (key) => {
  const button = document.querySelector(`[data-key="${key}"]`);
  if (!button) return;
  // What intervenes needs a reason: show where, instead of sending a form that comes back.
  const reason = document.querySelector("#entscheiden #reason");
  const rule = document.querySelector("#entscheiden [name=rule]:checked");
  if ("snv".includes(key) && !rule) document.querySelector("#entscheiden [name=rule]")?.focus();
  else if ("snv".includes(key) && reason && reason.value.trim().length < 10) reason.focus();
  else button.click();
};
document.addEventListener("keydown", (event) => {
  if (!document.querySelector("[data-desk-keys]") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const key = event.key.toLowerCase();
  const help = document.querySelector("[data-keys-help]");
  if (key === "j") follow(1);
  else if (key === "k") follow(-1);
  else if (event.key === "?" && help) {
    help.open = !help.open;
    if (help.open) help.querySelector("summary").focus();
  } else if ("fsnvzu".includes(key)) press(key);
  else return;
  event.preventDefault();
});
// Marked words become a passage: into the first empty field, or a new one.
const fieldFor = (form) => {
  const fields = [...form.querySelectorAll("input[name=passage]:not([type=checkbox])")];
  const free = fields.find((field) => !field.value);
  if (free) return free;
  const last = fields[fields.length - 1].closest(".field");
  const fresh = last.cloneNode(true);
  const input = fresh.querySelector("input");
  input.value = "";
  input.id = `passage-${fields.length + 1}`;
  fresh.querySelector("label").htmlFor = input.id;
  fresh.querySelector("label").textContent = fresh.querySelector("label").textContent.replace(/\d+/, fields.length + 1);
  last.after(fresh);
  return input;
};
document.querySelectorAll("[data-marking]").forEach((hint) => { hint.hidden = false; });
document.addEventListener("mouseup", (event) => {
  const text = document.querySelector(".case__text");
  const form = document.querySelector("#entscheiden");
  const words = String(getSelection()).trim().replace(/\s+/g, " ");
  const details = form?.querySelector("[data-passages]");
  if (!text || !details?.open || !words || !text.contains(event.target) || words.length > 500) return;
  const field = fieldFor(form);
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  getSelection().removeAllRanges();
  say(`${details.dataset.passages} ${words}`);
});
document.querySelectorAll("[data-bulk-all]").forEach((row) => { row.hidden = false; });
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-tick-all]")) return;
  const boxes = [...document.querySelectorAll(".qrow__tick")];
  const tick = boxes.some((box) => !box.checked);
  boxes.forEach((box) => { box.checked = tick; });
});
// Whoever ticks a case wants to decide several: open the form for it.
document.addEventListener("change", (event) => {
  if (event.target.matches(".qrow__tick")) document.getElementById("bulk")?.closest("details").setAttribute("open", "");
});
// The letter as it would be, whenever something changes that it depends on.
let waiting = 0;
const refresh = async (form) => {
  const target = form.querySelector("[data-letter-preview]");
  const kind = form.querySelector("[data-letter-kind]");
  if (!target || !kind) return;
  const sent = new FormData(form);
  sent.set("decision", kind.value);
  const answer = await fetch(form.dataset.letter, { method: "POST", body: sent }).catch(() => null);
  if (answer?.ok) target.innerHTML = new DOMParser().parseFromString(await answer.text(), "text/html").body.innerHTML;
};
// Whoever opens the fold sees it at once.
document.addEventListener("toggle", (event) => {
  const form = event.target.closest("#entscheiden[data-letter]");
  if (form && event.target.open && event.target.querySelector("[data-letter-preview]:empty")) refresh(form);
}, true);
document.addEventListener("input", (event) => {
  const form = event.target.closest("#entscheiden[data-letter]");
  if (!form) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => refresh(form), 400);
});
