// Passkeys: asks the browser, puts its answer in the form and sends it. The forms are hidden where this cannot run.
"use strict";

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const readable = (list) => (list ?? []).map((item) => ({ ...item, id: toBytes(item.id) }));

const answerOf = (credential) => {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
};

const add = ({ publicKey }) => navigator.credentials.create({
  publicKey: {
    ...publicKey,
    challenge: toBytes(publicKey.challenge),
    user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
    excludeCredentials: readable(publicKey.excludeCredentials),
    authenticatorSelection: {
      ...publicKey.authenticatorSelection, residentKey: "required", requireResidentKey: true, userVerification: "required",
    },
  },
});

const use = ({ publicKey }) => navigator.credentials.get({
  publicKey: {
    ...publicKey, challenge: toBytes(publicKey.challenge), allowCredentials: readable(publicKey.allowCredentials),
  },
});

// At login the question is fetched when the button is pressed; the other pages bring theirs.
const question = async (form) => {
  if (form.dataset.passkey !== "login") {
    const given = JSON.parse(document.getElementById("passkey-options").textContent);
    return given.creation_options ?? given.request_options;
  }
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()).request_options;
};

const FAULTS = {
  NotAllowedError: "Det avbröts, eller tog för lång tid. Försök igen.",
  InvalidStateError: "Den här enheten har redan en passnyckel till ditt konto.",
  SecurityError: "Passnycklar går inte att använda på den här adressen.",
};

const enablePasskey = (form) => {
  const fault = form.querySelector("[data-passkey-fault]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    fault.hidden = true;
    try {
      const options = await question(form);
      const credential = await (form.dataset.passkey === "add" ? add(options) : use(options));
      form.elements.credential.value = JSON.stringify(answerOf(credential));
      form.submit();
    } catch (problem) {
      fault.textContent = FAULTS[problem.name] ?? "Det gick inte att använda passnyckeln. Försök igen.";
      fault.hidden = false;
    }
  });
};

if (window.PublicKeyCredential) document.querySelectorAll("form[data-passkey]").forEach(enablePasskey);
