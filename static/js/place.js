// Between a thesis and its twin in Leichte Sprache: whoever switches goes on where she was reading.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-keep-place]");
  if (!link) return;
  const places = [...document.querySelectorAll("section[id^='absatz-'], [id^='absatz-']")];
  const seen = places.filter((one) => one.getBoundingClientRect().top <= innerHeight / 3).at(-1);
  const here = seen ?? places.find((one) => `#${one.id}` === location.hash);
  if (here) link.hash = here.id;
});
