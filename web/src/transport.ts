import { type Outgoing, type PastMessage, Refused, TryAgain, type Turn } from "./protocol";
import type { Shown } from "./shown";

/** Talks to the server that the page came from. The session's cookie is HttpOnly: no script ever sees it. */
export class Transport {
  /** Opens a session, or goes on with the one that the browser has; with a host site's token, the customer's. */
  async open(signIn: string): Promise<{ attachments: boolean }> {
    const answer = await this.call("POST", "/chat/session", signIn === "" ? {} : { sign_in: signIn });
    return { attachments: (answer as { attachments?: boolean }).attachments === true };
  }

  /** Sends one message. The same id again gives the same turn, and never a second one. */
  async send(id: string, message: Outgoing): Promise<Turn> {
    if ("file" in message) {
      // Proxies log addresses, and a file's name may name a person: its ending is enough.
      const name = message.file.name.replace(/^.*(?=\.)/s, "file");
      const about = new URLSearchParams({ id, type: message.file.type, name: name.includes(".") ? name : "" });
      return (await this.call("POST", `/chat/attachments?${about}`, message.file)) as Turn;
    }
    return (await this.call("POST", "/chat/messages", { id, ...message })) as Turn;
  }

  /** The running session, masked, oldest first. */
  async history(): Promise<PastMessage[]> {
    return ((await this.call("GET", "/chat/history")) as { messages: PastMessage[] }).messages;
  }

  /** What is shown once and kept nowhere; null when it was fetched already. */
  async shown(): Promise<Shown | null> {
    const content = (await this.call("POST", "/chat/shown", {})) as Partial<Shown>;
    return content.kind === undefined ? null : (content as Shown);
  }

  /** Ends the session for good. */
  async end(): Promise<void> {
    await this.call("DELETE", "/chat/session");
  }

  /** Takes back every consent, beside any turn; what the person is told. */
  async withdraw(): Promise<string> {
    return ((await this.call("POST", "/chat/withdraw", {})) as { message: string }).message;
  }

  /** The signed receipt of consent, as the text of a file. */
  async receipt(): Promise<string> {
    return `${JSON.stringify(await this.call("GET", "/chat/receipt"), null, 1)}\n`;
  }

  private async call(method: string, path: string, body?: object): Promise<unknown> {
    let response: Response;
    try {
      const init: RequestInit = { method, credentials: "same-origin", cache: "no-store" };
      if (body !== undefined) {
        const isFile = body instanceof Blob;
        init.body = isFile ? body : JSON.stringify(body);
        init.headers = { "Content-Type": isFile ? "application/octet-stream" : "application/json" };
      }
      response = await fetch(path, init);
    } catch {
      throw new TryAgain(2, "I cannot reach the assistant right now.");
    }
    const content: unknown = response.status === 204 ? null : await response.json().catch(() => null);
    if (response.ok) {
      return content;
    }
    const error = (content as { error?: { code: string; message: string } } | null)?.error;
    const sentence = error?.message ?? "Something went wrong. Please try again.";
    if (response.status === 503 || response.status === 429) {
      throw new TryAgain(Number(response.headers.get("Retry-After") ?? 2), sentence);
    }
    throw new Refused(error?.code ?? "refused", sentence);
  }
}
