// The composer follows the kind that was chosen: its hint, and the field for a new wording.
const follow = (form) => {
  const chosen = form.querySelector("[name=kind]:checked");
  const wording = form.querySelector("[data-wording]");
  const hint = form.querySelector("[data-kind-hint]");
  if (chosen && hint) hint.textContent = chosen.dataset.hint;
  if (!wording) return;
  const isProposal = chosen?.value === "proposal";
  wording.hidden = !isProposal;
  const field = wording.querySelector("textarea");
  if (isProposal && !field.value.trim()) field.value = sentencesOf(form) || wording.dataset.original;
};
// As the server would begin: sentences of one unit in one line, each unit of a list in its own.
const sentencesOf = (form) => {
  const lines = new Map();
  form.querySelectorAll("[name=sentence]:checked").forEach((box) => {
    const words = box.closest("label").textContent.trim();
    lines.set(box.dataset.unit, lines.has(box.dataset.unit) ? `${lines.get(box.dataset.unit)} ${words}` : words);
  });
  return [...lines.values()].join("\n");
};
const followAll = () => document.querySelectorAll("[data-composer]").forEach((form) => {
  form.dataset.filled ??= sentencesOf(form);
  follow(form);
});
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-composer]");
  if (!form) return;
  if (event.target.name === "sentence") {
    const field = form.querySelector("[data-wording] textarea");
    const wording = form.querySelector("[data-wording]");
    // Untouched pre-filled words follow the choice of sentences; anything typed stays.
    if (field && (field.value === wording.dataset.original || field.value === form.dataset.filled)) field.value = "";
  }
  follow(form);
  form.dataset.filled = sentencesOf(form);
});
document.addEventListener("panel", followAll);
followAll();
