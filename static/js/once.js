// A second press while the first is under way sends nothing. The form key would catch it; this spares the wait.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "yes";
  // Coming back by the back button finds the form usable again.
  window.addEventListener("pageshow", () => delete form.dataset.sending, { once: true });
});
