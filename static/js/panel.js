// Opening and closing a paragraph without loading the page again; the address changes along.
const load = async (address, push) => {
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector(".reading");
  const stale = document.querySelector(".reading");
  if (!answer.ok || !fresh || !stale) throw new Error(answer.status);
  stale.replaceWith(fresh);
  document.title = page.title;
  if (push) history.pushState({ panel: true }, "", address);
  document.dispatchEvent(new CustomEvent("panel"));
  const target = location.hash && document.getElementById(location.hash.slice(1));
  (target ?? document.querySelector(".para--open"))?.scrollIntoView({ block: "nearest" });
  return target;
};
document.addEventListener("click", async (event) => {
  const link = event.target.closest(".thesis .para__acts a, .thesis [data-close], .thesis .filters a");
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (link.pathname.endsWith("/annotations")) return;
  event.preventDefault();
  const isClosing = link.hasAttribute("data-close");
  try {
    const target = await load(link.href, true);
    const heading = document.getElementById("panel-h");
    const goal = isClosing ? target?.querySelector(".para__acts a") : link.hash === "#verfassen" ? document.querySelector("[data-composer] input[name=kind]") : heading;
    goal?.focus({ preventScroll: isClosing });
    if (heading && !isClosing) document.dispatchEvent(new CustomEvent("announce", { detail: heading.textContent }));
  } catch {
    location.href = link.href;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.target.matches("textarea, input, select")) return;
  document.querySelector("[data-close]")?.click();
});
window.addEventListener("popstate", () => {
  if (document.querySelector(".reading")) load(location.href, false).catch(() => location.reload());
});
