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
const sentencesOf = (form) =>
  [...form.querySelectorAll("[name=sentence]:checked")]
    .map((box) => box.closest("label").textContent.trim())
    .join(" ");
const followAll = () => document.querySelectorAll("[data-composer]").forEach(follow);
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
