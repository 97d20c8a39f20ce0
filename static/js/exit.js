// Leave at once: the page goes blank before the other one is there, and "back" does not lead here.
for (const link of document.querySelectorAll("[data-exit]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.documentElement.hidden = true;
    document.title = " ";
    window.location.replace(link.href);
  });
}
