// Text blocks go to the cursor instead of through the server; the view does the same without script.
const put = (field, words) => {
  const before = field.value.slice(0, field.selectionStart);
  const gap = before && !/\s$/.test(before) ? " " : "";
  field.setRangeText(gap + words, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
};
// A reason belongs to a rule: chosen along, unless somebody chose one already.
const follow = (form, value) => {
  if (!value || form.querySelector("[name=rule]:checked")) return;
  const choice = form.querySelector(`[name=rule][value="${CSS.escape(value)}"]`);
  if (!choice) return;
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
};
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-block]");
  const field = button && document.getElementById(button.dataset.block);
  if (!field) return;
  event.preventDefault();
  put(field, button.dataset.words);
  follow(button.form, button.dataset.rule);
  field.focus();
  document.dispatchEvent(new CustomEvent("announce", { detail: button.dataset.done }));
});
