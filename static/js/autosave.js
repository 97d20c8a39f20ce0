// Nothing written is lost: with an account a draft on the server, without one in this tab only.
const words = document.body.dataset;
const waiting = new WeakMap();
// Not form.action: buttons of that name stand in the form.
const target = (form) => new URL(form.getAttribute("action") ?? "", location.href).pathname;
const place = (form) => `draft:${target(form)}`;
const tell = (form, text, state) => {
  const line = form.querySelector("[data-savestate]");
  if (!line) return;
  line.hidden = false;
  line.dataset.state = state;
  line.querySelector("[data-savestate-text]").textContent = text;
};
const clock = () => new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
const hasWords = (form) => [...form.querySelectorAll("textarea")].some((field) => field.value.trim());
const keepHere = (form) => {
  try {
    sessionStorage.setItem(place(form), form.elements.body.value);
    tell(form, words.wordDevice, "device");
  } catch { /* A full or forbidden store is no reason to disturb somebody who writes. */ }
};
const save = async (form) => {
  if (!hasWords(form) || form.dataset.sending) return;
  if (words.account !== "yes") return keepHere(form);
  const fields = new FormData(form);
  fields.set("action", "draft");
  tell(form, words.wordSaving, "saving");
  try {
    const answer = await fetch(target(form), { method: "POST", body: fields, headers: { Accept: "application/json" } });
    if (!answer.ok || !answer.headers.get("Content-Type")?.includes("json")) throw new Error(answer.status);
    tell(form, words.wordSaved.replace("%s", clock()), "");
  } catch {
    tell(form, words.wordFailed, "failed");
    keepHereQuietly(form);
    plan(form);
  }
};
const keepHereQuietly = (form) => {
  try { sessionStorage.setItem(place(form), form.elements.body.value); } catch { /* as above */ }
};
const plan = (form) => {
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => save(form), 10000));
};
const composerOf = (event) => (event.target.closest ? event.target.closest("form[data-composer]") : null);
document.addEventListener("input", (event) => {
  const form = composerOf(event);
  if (form) plan(form);
});
document.addEventListener("focusout", (event) => {
  const form = composerOf(event);
  if (form && waiting.has(form) && event.target.matches("textarea")) {
    clearTimeout(waiting.get(form));
    waiting.delete(form);
    save(form);
  }
});
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-composer]");
  if (!form) return;
  clearTimeout(waiting.get(form));
  try { sessionStorage.removeItem(place(form)); } catch { /* as above */ }
});
const restore = () => document.querySelectorAll("form[data-composer]").forEach((form) => {
  try {
    const kept = sessionStorage.getItem(place(form));
    if (kept && form.elements.body && !form.elements.body.value.trim()) {
      form.elements.body.value = kept;
      tell(form, words.wordDevice, "device");
    }
  } catch { /* as above */ }
});
document.addEventListener("panel", restore);
restore();
