import type { Reply } from "./protocol";
import { element } from "./view";

/** What the page offers beside a reply about one's own data: the copy, once, and the certificate of an erasure. */
export function offers(reply: Reply): HTMLElement[] {
  const rights = reply.custom?.rights;
  const made: HTMLElement[] = [];
  if (rights?.copy === true) {
    made.push(copyButton());
  }
  if (typeof rights?.certificate === "string" && /^rq_[a-z2-7]{26}$/.test(rights.certificate)) {
    const href = `/chat/certificate/${rights.certificate}`;
    made.push(element("p", { class: "offer" }, element("a", { href, target: "_blank", rel: "noopener" }, "Certificate (ready in a few seconds)")));
  }
  return made;
}

function copyButton(): HTMLElement {
  const button = element("button", { type: "button" }, "Download my copy");
  const note = element("p", { role: "status" });
  button.addEventListener("click", () => {
    button.disabled = true;
    void fetched().then((sentence) => {
      note.textContent = sentence;
    });
  });
  return element("div", { class: "offer" }, button, note);
}

/** Fetches the copy of this session's conversation and hands it to the browser as a file. It works once. */
async function fetched(): Promise<string> {
  try {
    const response = await fetch("/chat/copy", { method: "POST", credentials: "same-origin", cache: "no-store" });
    if (!response.ok) {
      return "There is no copy to fetch any more. Please ask for a new one.";
    }
    const address = URL.createObjectURL(await response.blob());
    element("a", { href: address, download: "discreet-copy.zip" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    return "Downloaded. It holds your data unsealed: keep it where only you can read it.";
  } catch {
    return "I cannot reach the assistant right now. Please ask for a new copy later.";
  }
}
