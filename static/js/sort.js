// Choosing an order puts it into effect; without script there is a button for it.
document.documentElement.dataset.script = "yes";
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form) form.requestSubmit();
});
