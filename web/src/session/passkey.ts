/** What a browser does with keys. Options and answers travel as WebAuthn's own JSON. */
type Options = Record<string, unknown>;

/** Whether this browser and this address can use keys at all: an address of digits cannot. */
export function canUsePasskeys(): boolean {
  return (
    typeof PublicKeyCredential !== "undefined" &&
    "parseCreationOptionsFromJSON" in PublicKeyCredential &&
    !/^[\d.:[\]]+$/.test(location.hostname)
  );
}

/** Makes a new key; null when the person gave up. */
export async function makePasskey(options: Options): Promise<Options | null> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as unknown as PublicKeyCredentialCreationOptionsJSON, // the server's document says what it is
  );
  return answerOf(() => navigator.credentials.create({ publicKey }));
}

/** Asks for a key that is there; null when the person gave up. */
export async function askPasskey(options: Options): Promise<Options | null> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON, // as above
  );
  return answerOf(() => navigator.credentials.get({ publicKey }));
}

async function answerOf(ask: () => Promise<Credential | null>): Promise<Options | null> {
  try {
    const credential = await ask();
    return credential instanceof PublicKeyCredential ? (credential.toJSON() as Options) : null;
  } catch (error) {
    // Given up, timed out, or this key is here already: the person saw why in the browser's own window.
    if (error instanceof DOMException && ["NotAllowedError", "AbortError", "InvalidStateError"].includes(error.name))
      return null;
    throw error;
  }
}
