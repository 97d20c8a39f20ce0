// Votes and stances without a jump: send the form, put the answered part in place. Any fault falls back to plain sending.
const words = document.body.dataset;
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const id = form.dataset.swap;
  if (!id || event.defaultPrevented) return;
  event.preventDefault();
  const fields = new FormData(form, event.submitter);
  const state = form.querySelector("[data-state-text]");
  const name = event.submitter?.value;
  if (state) state.textContent = words.wordSaving;
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: fields });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(id);
    const stale = document.getElementById(id);
    if (!answer.ok || !fresh || !stale) throw new Error(answer.status);
    stale.replaceWith(fresh);
    const again = fresh.querySelector(`[aria-pressed=true], [value="${name}"], :checked, button`);
    again?.focus();
    document.dispatchEvent(new CustomEvent("announce", { detail: words.wordVoted }));
  } catch {
    delete form.dataset.sending;
    delete form.dataset.swap;
    if (state) {
      state.textContent = words.wordVoteFailed;
      state.dataset.state = "failed";
    }
    document.dispatchEvent(new CustomEvent("announce", { detail: words.wordVoteFailed }));
  }
});
