// The preview of an export follows every choice: fetch the same page with it, put the answered part in place. Without script,
// or after a fault, the button does it.
const form = document.querySelector("form[data-preview]");
let asked = 0;
form?.addEventListener("change", async () => {
  const part = document.getElementById(form.dataset.preview);
  const mine = ++asked;
  const fields = new URLSearchParams(new FormData(form));
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`${form.getAttribute("action").split("#")[0]}?${fields}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(form.dataset.preview);
    if (mine === asked && answer.ok && part && fresh) {
      part.replaceChildren(...fresh.childNodes);
      document.dispatchEvent(new CustomEvent("announce", { detail: form.dataset.previewSaid }));
    }
  } catch {
    // The button is still there.
  }
  if (mine === asked) form.removeAttribute("aria-busy");
});
