// Ask a device for a passkey: the question stands in the form, the answer goes into it. Without it the other ways remain.
const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const question = (options) => {
  options.challenge = toBytes(options.challenge);
  if (options.user) options.user.id = toBytes(options.user.id);
  for (const list of [options.allowCredentials, options.excludeCredentials]) {
    for (const known of list || []) known.id = toBytes(known.id);
  }
  return { publicKey: options };
};

const answer = ({ id, rawId, type, response, ...credential }) => {
  const said = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) said[part] = toText(response[part]);
  }
  return JSON.stringify({ id, rawId: toText(rawId), type, response: said, clientExtensionResults: {} });
};

for (const form of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.passkey.value) return;
    event.preventDefault();
    const failed = form.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      const credential = await navigator.credentials[form.dataset.passkey](question(JSON.parse(form.dataset.question)));
      form.elements.passkey.value = answer(credential);
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
}
