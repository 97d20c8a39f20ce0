// At a table: what is entered is read aloud first, and waits in this tab when there is no connection. Each entry has a key: however
// often it is sent, it is kept once.
const form = document.querySelector("form[data-protocol]");
if (form) {
  const store = `table:${form.dataset.token}`;
  const queue = () => { try { return JSON.parse(sessionStorage.getItem(store) ?? "[]"); } catch { return []; } };
  const keep = (entries) => {
    try { sessionStorage.setItem(store, JSON.stringify(entries)); } catch { /* Then it lives as long as this page. */ }
    memory = entries;
    show();
  };
  let memory = queue();
  let isSending = false;
  const line = document.querySelector("[data-queue]");
  const show = () => {
    const words = line.querySelector("[data-queue-text]");
    line.hidden = !memory.length;
    words.textContent = memory.length === 1 ? words.dataset.one : words.dataset.many.replace("%s", memory.length);
  };
  const number = (name) => Number(form.elements[name].value || 0);
  const hands = ["carry", "change", "against", "unclear"];
  const tooMany = form.querySelector("[data-too-many]");
  const count = () => { tooMany.hidden = hands.reduce((sum, name) => sum + number(name), 0) <= number("present"); };
  const chosen = () => form.querySelector("input[name=place]:checked");
  const textOf = (radio) => {
    const place = radio.value.split(":")[0];
    return document.querySelector(`#absatz-${CSS.escape(place)} .para__body > div`)?.innerText ?? "";
  };
  const showChosen = () => {
    const quote = form.querySelector("[data-chosen]");
    quote.hidden = !chosen();
    if (chosen()) quote.textContent = textOf(chosen());
  };
  const readback = form.querySelector("[data-readback]");
  const paragraph = (words) => Object.assign(document.createElement("p"), { textContent: words });
  const readAloud = () => {
    const labels = (name) => form.querySelector(`label[for=${name}]`).textContent.trim();
    const lines = [
      `${chosen().closest(".tile").innerText.split(":")[0]}: ${textOf(chosen())}`,
      `${labels("present")} ${number("present")}`,
      hands.map((name) => `${labels(name)}: ${number(name)}`).join(" · "),
      ...[1, 2, 3].filter((place) => form.elements[`body_${place}`].value.trim())
        .map((place) => `${form.elements[`kind_${place}`].selectedOptions[0].text}: ${form.elements[`body_${place}`].value.trim()}`),
    ];
    readback.querySelector("[data-readback-text]").replaceChildren(...lines.map(paragraph));
    readback.hidden = false;
    readback.focus();
  };
  // What cannot be right is for the server to say, in words: without a connection it would come too late.
  const isComplete = () => chosen() && number("present") > 0 && tooMany.hidden
    && (hands.some((name) => number(name) > 0) || [1, 2, 3].some((place) => form.elements[`body_${place}`].value.trim()));
  form.querySelectorAll("[data-step]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const field = form.elements[button.dataset.for];
      field.value = Math.max(0, Number(field.value || 0) + Number(button.dataset.step));
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });
  form.addEventListener("input", () => { count(); showChosen(); readback.hidden = true; });
  form.querySelector("[data-preview]").addEventListener("click", (event) => {
    count();
    if (!isComplete()) return;
    event.preventDefault();
    readAloud();
  });
  const freshKey = () => (crypto.randomUUID?.() ?? `${Date.now()}${Math.random()}`).replaceAll("-", "").replace(".", "");
  const clear = () => {
    const { csrf_token: token } = form.elements;
    const kept = { token: token.value, present: form.elements.present.value };
    form.querySelectorAll("input:not([type=hidden]):not([type=radio]), textarea").forEach((field) => { field.value = ""; });
    form.querySelectorAll("input[name=place]").forEach((radio) => { radio.checked = false; });
    form.elements.present.value = kept.present;
    form.elements.form_key.value = freshKey();
    readback.hidden = true;
    showChosen();
  };
  const announce = (words) => document.dispatchEvent(new CustomEvent("announce", { detail: words }));
  const refused = document.querySelector("[data-refused]");
  let returned = null;
  const flush = async () => {
    if (isSending || !memory.length || returned) return;
    isSending = true;
    try {
      while (memory.length) {
        const body = new URLSearchParams(memory[0]);
        const answer = await fetch(location.pathname, { method: "POST", body, headers: { Accept: "application/json" } });
        if (answer.status >= 500 || answer.status === 429) throw new Error(answer.status);
        const said = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
        const [first, ...rest] = memory;
        keep(rest);
        if (!answer.ok) {
          // Not taken: it comes back into the form, so that nothing is lost.
          returned = first;
          refused.querySelector("[data-refused-text]").textContent = said.problem ?? answer.statusText;
          refused.hidden = false;
          return;
        }
        announce(form.dataset.sent);
        refresh();
      }
    } catch { /* The next try comes by itself. */ } finally { isSending = false; }
  };
  document.querySelector("[data-take-up]")?.addEventListener("click", () => {
    for (const [name, value] of returned) {
      if (name === "place") form.querySelectorAll("input[name=place]").forEach((radio) => { radio.checked = radio.value === value; });
      else if (form.elements[name] && name !== "csrf_token") form.elements[name].value = value;
    }
    returned = null;
    refused.hidden = true;
    showChosen();
    form.scrollIntoView();
    flush();
  });
  const refresh = async () => {
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.pathname)).text(), "text/html");
      const fresh = page.querySelector("[data-entered]");
      if (fresh) document.querySelector("[data-entered]").replaceWith(fresh);
    } catch { /* The list is old until the next entry. */ }
  };
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value !== "send") return;
    event.preventDefault();
    const fields = [...new FormData(form)].filter(([name]) => name !== "action");
    keep([...memory, [...fields, ["action", "send"]]]);
    clear();
    if (!navigator.onLine) announce(form.dataset.queued);
    flush();
  });
  window.addEventListener("online", flush);
  window.addEventListener("beforeunload", (event) => { if (memory.length) event.preventDefault(); });
  setInterval(flush, 10000);
  show();
  showChosen();
  flush();
}
