// How far something is, without loading the page: first after three seconds, then less and less often. The link does the same.
const ask = async (wait) => {
  const stale = document.querySelector("[data-poll]");
  if (!stale) return;
  if (document.hidden) {
    document.addEventListener("visibilitychange", () => ask(wait), { once: true });
    return;
  }
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(stale.id);
    if (!answer.ok || !fresh) return;
    const hadFocus = stale.contains(document.activeElement);
    const isOver = !("poll" in fresh.dataset);
    // Whoever stands on a button keeps it, unless there is nothing more to wait for.
    if (isOver || !hadFocus) {
      stale.replaceWith(fresh);
      document.title = page.title;
      if (hadFocus) fresh.querySelector("a, button")?.focus();
    } else {
      const bar = stale.querySelector("progress");
      if (bar) bar.value = fresh.querySelector("progress")?.value ?? bar.value;
    }
    if (isOver) document.dispatchEvent(new CustomEvent("announce", { detail: fresh.innerText.split("\n")[0] }));
  } catch {
    // The next time it may be there again; whoever cannot wait has the link.
  }
  setTimeout(() => ask(Math.min(wait * 1.5, 20000)), wait);
};
if (document.querySelector("[data-poll]")) setTimeout(() => ask(3000), 3000);
