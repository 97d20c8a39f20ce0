// One polite live region for the whole page: document.dispatchEvent(new CustomEvent("announce", { detail: text })).
const region = document.querySelector("[data-live]");
document.addEventListener("announce", (event) => {
  if (region) region.textContent = event.detail;
});
