/** Carries a passkey's question to the browser and its answer back; the server alone decides what it is worth. */

/** What the browser could not do, in a sentence for the person. */
export class NoPasskey extends Error {}

type Json = Record<string, unknown>;

/** Asks for a passkey that the person has. Rejects with NoPasskey. */
export async function usePasskey(options: Json): Promise<Json> {
  return answered(() => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
      options as unknown as PublicKeyCredentialRequestOptionsJSON,
    );
    return navigator.credentials.get({ publicKey });
  });
}

/** Has the browser make a new one. Rejects with NoPasskey. */
export async function makePasskey(options: Json): Promise<Json> {
  return answered(() => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
      options as unknown as PublicKeyCredentialCreationOptionsJSON,
    );
    return navigator.credentials.create({ publicKey });
  });
}

async function answered(ask: () => Promise<Credential | null>): Promise<Json> {
  if (typeof PublicKeyCredential === "undefined") {
    throw new NoPasskey("This browser knows no passkeys here. You can use a code instead.");
  }
  let credential: Credential | null;
  try {
    credential = await ask();
  } catch (error) {
    const elsewhere = error instanceof DOMException && error.name === "SecurityError";
    throw new NoPasskey(
      elsewhere
        ? "Passkeys do not work at this address of the page. You can use a code instead."
        : "No passkey was used. You can try again, or use a code instead.",
    );
  }
  if (!(credential instanceof PublicKeyCredential)) {
    throw new NoPasskey("No passkey was used. You can try again, or use a code instead.");
  }
  return credential.toJSON() as unknown as Json;
}
