// How much room is left, from 90 percent on.
const update = (field) => {
  const limit = Number(field.dataset.count);
  const note = field.parentElement.querySelector("[data-count-text]");
  const length = field.value.trim().length;
  note.hidden = length < limit * 0.9;
  note.dataset.state = length > limit ? "over" : "";
  note.textContent = `${length} / ${limit}`;
};
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-count]")) update(event.target);
});
document.querySelectorAll("[data-count]").forEach(update);
