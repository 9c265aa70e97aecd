import type { Transport } from "./transport";
import { element } from "./view";

/** What a person does about consent beside the conversation: take it back, have a receipt. Neither waits for a turn. */
export class ConsentPanel {
  readonly button = element("button", { type: "button", class: "quiet", "aria-haspopup": "dialog" }, "Your consent");
  readonly dialog: HTMLDialogElement;
  private readonly note = element("p", { role: "status" });

  /** `said` gets what the server says to a withdrawal, to be shown in the conversation. */
  constructor(
    private readonly transport: Transport,
    private readonly said: (sentence: string) => void,
  ) {
    const withdraw = element("button", { type: "button" }, "Withdraw everything");
    const receipt = element("button", { type: "button" }, "Receipt");
    const close = element("button", { type: "button", class: "quiet" }, "Close");
    this.dialog = element(
      "dialog",
      { "aria-labelledby": "consent-title" },
      element("h2", { id: "consent-title" }, "Your consent"),
      element("p", {}, "Take back every yes at once, even while I am still answering; or keep a signed receipt of what you said."),
      this.note,
      element("div", { class: "actions" }, close, receipt, withdraw),
    );
    this.button.addEventListener("click", () => {
      this.note.textContent = "";
      this.dialog.showModal();
    });
    close.addEventListener("click", () => this.dialog.close());
    withdraw.addEventListener("click", () => void this.attempt(() => this.withdraw()));
    receipt.addEventListener("click", () => void this.attempt(() => this.download()));
  }

  private async withdraw(): Promise<void> {
    const sentence = await this.transport.withdraw();
    this.dialog.close();
    this.said(sentence);
  }

  private async download(): Promise<void> {
    const file = new Blob([await this.transport.receipt()], { type: "application/json" });
    const address = URL.createObjectURL(file);
    element("a", { href: address, download: "consent-receipt.json" }).click();
    URL.revokeObjectURL(address);
    this.note.textContent = "The receipt is downloaded.";
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.note.textContent = error instanceof Error ? error.message : "Something went wrong. Please try again.";
    }
  }
}
