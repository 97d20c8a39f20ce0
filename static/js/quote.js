// Words selected in the open paragraph become the quote of the annotation.
const composer = () => document.querySelector("[data-composer]");
const show = (form, text) => {
  const box = form.querySelector("[data-quote]");
  if (!box) return;
  form.elements.quote.value = text;
  box.querySelector("[data-quote-text]").textContent = text;
  box.querySelector("[data-quote-drop]").hidden = !text;
  box.hidden = !text;
};
const pick = (form, numbers) => {
  form.querySelectorAll("[name=sentence]").forEach((box) => {
    box.checked = numbers.includes(box.value);
  });
  const details = form.querySelector("[data-sentences]");
  if (details && numbers.length) details.open = true;
};
document.addEventListener("selectionchange", () => {
  const form = composer();
  const selection = document.getSelection();
  if (!form || !selection.rangeCount || selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  const paragraph = document.querySelector(".para--open .para__body");
  if (!paragraph?.contains(range.commonAncestorContainer)) return;
  const touched = [...paragraph.querySelectorAll("[data-sentence]")].filter((part) => range.intersectsNode(part));
  const text = selection.toString().replace(/\s+/g, " ").trim();
  if (!touched.length || text.length < 2) return;
  show(form, text);
  pick(form, touched.map((part) => part.dataset.sentence));
});
document.addEventListener("click", (event) => {
  if (event.target.matches("[data-quote-drop]")) show(composer(), "");
});
document.querySelectorAll("[data-quote-drop]").forEach((button) => {
  button.hidden = button.closest("[data-quote]").hidden;
});
