import { ConsentPanel } from "./consent";
import { Outbox, randomId } from "./outbox";
import { makePasskey, NoPasskey, usePasskey } from "./passkey";
import { MAX_FILE, MAX_TEXT, type Outgoing, Refused, type Reply, TryAgain } from "./protocol";
import { offers } from "./rights";
import { secretNote } from "./shown";
import { Transport } from "./transport";
import { bubble, choices, element, plain, remaining, textOf } from "./view";

/** The whole chat as one element: `<discreet-chat></discreet-chat>`. */
class DiscreetChat extends HTMLElement {
  private readonly transport = new Transport();
  private readonly outbox = new Outbox({
    send: (id, message) => this.transport.send(id, message),
    wait: (seconds, why) => {
      this.say(why);
      return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    },
    newId: randomId,
  });
  private readonly log = element("div", {
    class: "log",
    role: "log",
    "aria-live": "polite",
    "aria-label": "Conversation",
    tabindex: "0",
  });
  private readonly typing = element("p", { class: "typing", role: "status", hidden: "" }, "Discreet is writing …");
  private readonly banner = element("p", { class: "banner", role: "alert", hidden: "" });
  private readonly counter = element("span", { class: "counter", id: "counter", "aria-live": "polite" });
  private readonly input = element("textarea", {
    id: "message",
    rows: "1",
    autocomplete: "off",
    enterkeyhint: "send",
    "aria-describedby": "counter hint",
    placeholder: "Write a message",
  });
  private readonly form = element("form", { class: "composer" });
  private readonly file = element("input", { type: "file", accept: "image/png,image/jpeg,application/pdf", hidden: "" });
  private readonly clip = element(
    "button",
    { type: "button", class: "quiet clip", "aria-label": "Attach a photo or document", hidden: "" },
    "📎",
  );
  private readonly dialog = this.endDialog();
  private readonly consent = new ConsentPanel(this.transport, (sentence) => {
    this.log.append(bubble("bot", sentence));
    this.bottom();
  });
  private waiting = 0;
  private signIn = signInToken();

  connectedCallback(): void {
    this.build();
    // A phone's keyboard takes half of the log away: what was said last must stay in sight.
    new ResizeObserver(() => this.bottom()).observe(this.log);
    window.addEventListener("offline", () => this.say("You are offline. I will send your message when you are back."));
    window.addEventListener("online", () => this.say(""));
    void this.start();
  }

  private build(): void {
    const end = element("button", { type: "button", class: "quiet" }, "End conversation");
    end.addEventListener("click", () => this.dialog.showModal());
    const send = element("button", { type: "submit" }, "Send");
    const label = element("label", { for: "message", class: "spoken" }, "Your message");
    const hint = element("p", { id: "hint", class: "hint" }, "Card numbers, addresses and the like are sealed before anything reads them; you see a mask. Enter sends, Shift+Enter makes a new line.");
    this.form.append(label, this.clip, this.file, this.input, send);
    this.clip.addEventListener("click", () => this.file.click());
    this.file.addEventListener("change", () => this.attach());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.submit();
      }
    });
    this.input.addEventListener("input", () => {
      this.counter.textContent = remaining(this.input.value);
      this.input.rows = Math.min(6, this.input.value.split("\n").length);
    });
    this.append(
      element("header", {}, element("h1", {}, "Discreet"), element("p", {}, "Kestrel & Wren Outfitters"), element("div", { class: "tools" }, this.consent.button, end)),
      this.banner,
      this.log,
      this.typing,
      element("footer", {}, this.form, element("div", { class: "below" }, hint, this.counter)),
      this.dialog,
      this.consent.dialog,
    );
  }

  /** Opens the session and shows what was said before; tries on until the assistant is there. */
  private async start(): Promise<void> {
    for (;;) {
      try {
        const session = await this.transport.open(this.signIn);
        this.clip.hidden = !session.attachments;
        this.signIn = "";
        const past = await this.transport.history();
        this.log.replaceChildren();
        for (const message of past) {
          this.show(message.from, message);
        }
        if (past.length === 0) {
          this.log.append(
            bubble("bot", "Hello, I am Discreet, the shop's assistant. I can look up an order, start a return, change a delivery address, or tell you what I keep about you."),
          );
        }
        this.say("");
        this.bottom();
        this.input.focus();
        return;
      } catch (error) {
        this.say(error instanceof Error ? error.message : "I cannot reach the assistant right now.");
        if (error instanceof Refused && error.code === "sign_in_failed") {
          this.signIn = ""; // it counts once; whoever is not signed in can still be helped
        }
        await new Promise((resolve) => setTimeout(resolve, 2000));
      }
    }
  }

  private submit(): void {
    const text = this.input.value.trim();
    if (text === "" || text.length > MAX_TEXT) {
      return;
    }
    this.input.value = "";
    this.input.rows = 1;
    this.counter.textContent = "";
    void this.send({ text }, text);
  }

  private attach(): void {
    const file = this.file.files?.[0];
    this.file.value = "";
    if (file && file.size > MAX_FILE) {
      this.say("That file is too large for me. I take files of at most 5 MB.");
    } else if (file) {
      this.say("");
      void this.send({ file }, `📎 ${file.name}`);
    }
  }

  /** Shows the message at once, and as it is kept when the turn is committed. */
  private async send(message: Outgoing, shown: string, id: string = randomId(), own?: HTMLElement): Promise<void> {
    this.withdrawChoices();
    const mine = own ?? bubble("you", shown);
    mine.classList.add("pending");
    if (!own) {
      this.log.append(mine);
    }
    this.busy(1);
    this.bottom();
    try {
      const turn = await this.outbox.send(message, id).turn;
      const kept = bubble("you", turn.you);
      mine.replaceWith(kept);
      this.answer(turn.replies);
      this.say("");
    } catch (error) {
      this.failed(error, mine, () => this.send(message, shown, id, mine));
    } finally {
      this.busy(-1);
      this.bottom();
    }
  }

  private answer(replies: Reply[]): void {
    for (const reply of replies) {
      this.show("bot", reply);
      if (reply.custom?.show) {
        void this.showOnce();
      }
    }
  }

  /** Fetches what the conversation does not hold: a secret to keep, or a question for a passkey. */
  private async showOnce(): Promise<void> {
    try {
      const shown = await this.transport.shown();
      if (shown === null) {
        return;
      }
      if (shown.kind === "passkey_get" || shown.kind === "passkey_create") {
        const answer = await (shown.kind === "passkey_get" ? usePasskey : makePasskey)(shown.options);
        void this.send({ passkey: answer }, "My passkey");
        return;
      }
      const note = secretNote(shown);
      if (note !== null) {
        this.log.append(note);
        this.bottom();
      }
    } catch (error) {
      this.say(error instanceof NoPasskey ? error.message : "I could not show that. Please ask for it once more.");
    }
  }

  /** A message with the buttons of all its parts, in place of those that were offered before. */
  private show(from: "you" | "bot", message: Reply): void {
    const parts = plain(message);
    if (from === "you" || parts.some((part) => part.buttons?.length)) {
      this.withdrawChoices();
    }
    for (const part of parts) {
      const text = textOf(part);
      if (text) {
        this.log.append(bubble(from, text));
      }
      this.log.append(...offers(part));
      if (part.buttons?.length) {
        this.log.append(choices(part.buttons, (button) => void this.send({ button: button.handle }, button.title)));
      }
    }
  }

  /** A button works once, and only while it belongs to the last thing that was said. */
  private withdrawChoices(): void {
    const had = this.log.querySelector(".choices")?.contains(document.activeElement);
    for (const group of this.log.querySelectorAll(".choices")) {
      group.remove();
    }
    if (had) {
      this.input.focus();
    }
  }

  private failed(error: unknown, mine: HTMLElement, again: () => void): void {
    mine.classList.remove("pending");
    mine.classList.add("failed");
    this.say("");
    if (error instanceof Refused && error.code === "no_session") {
      this.say(error.message);
      void this.start();
      return;
    }
    const sentence = error instanceof Refused || error instanceof TryAgain ? error.message : "Something went wrong.";
    const note = element("p", { class: "note", role: "alert" }, sentence, " ");
    if (!(error instanceof Refused)) {
      const retry = element("button", { type: "button" }, "Send again");
      retry.addEventListener("click", () => {
        note.remove();
        mine.classList.remove("failed");
        again();
      });
      note.append(retry);
    }
    mine.after(note);
  }

  private busy(change: number): void {
    this.waiting += change;
    this.typing.hidden = this.waiting === 0;
    this.toggleAttribute("aria-busy", this.waiting > 0);
  }

  private say(sentence: string): void {
    this.banner.textContent = sentence;
    this.banner.hidden = sentence === "";
  }

  private bottom(): void {
    this.log.scrollTop = this.log.scrollHeight;
  }

  private endDialog(): HTMLDialogElement {
    const stay = element("button", { type: "button", class: "quiet" }, "Go on talking");
    const leave = element("button", { type: "button" }, "End it");
    const dialog = element(
      "dialog",
      { "aria-labelledby": "end-title" },
      element("h2", { id: "end-title" }, "End this conversation?"),
      element("p", {}, "You will not be able to come back to it from this browser."),
      element("div", { class: "actions" }, stay, leave),
    );
    stay.addEventListener("click", () => dialog.close());
    leave.addEventListener("click", () => {
      dialog.close();
      void this.transport
        .end()
        .then(() => this.start())
        .catch((error: unknown) => this.say(error instanceof Error ? error.message : ""));
    });
    return dialog;
  }
}

/** The host site's token for a customer, from the page's own address, where it must not stay. */
function signInToken(): string {
  const token = new URLSearchParams(location.hash.slice(1)).get("sign_in") ?? "";
  if (token !== "") {
    history.replaceState(null, "", location.pathname + location.search);
  }
  return token;
}

customElements.define("discreet-chat", DiscreetChat);
