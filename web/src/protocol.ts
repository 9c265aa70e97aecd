/** The web channel's messages: docs/spec/web-channel.md. */

export interface Button {
  title: string;
  handle: string;
}

export interface Reply {
  text?: string;
  buttons?: Button[];
  image?: string;
  attachment?: unknown;
  /** `show`: something waits to be fetched once. */
  custom?: { elements?: Element[]; show?: boolean; rights?: { copy?: boolean; certificate?: string } };
}

/** One card of a carousel, as a response of the assistant describes it. */
export interface Element {
  title?: string;
  subtitle?: string;
  image_url?: string;
  buttons?: Button[];
}

/** A committed turn. `you` is the person's message as it is kept: masked. */
export interface Turn {
  id: string;
  you: string;
  replies: Reply[];
}

export interface PastMessage extends Reply {
  from: "you" | "bot";
  at: number;
}

/** What a person sends: words, a button that was offered, a file, or a passkey's answer. */
export type Outgoing =
  | { text: string }
  | { button: string }
  | { file: File }
  | { passkey: Record<string, unknown> };

/** A refusal that sending again will not change. `message` is a sentence for the person. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** No answer, or one that asks to send the same message again after `seconds`. */
export class TryAgain extends Error {
  constructor(
    readonly seconds: number,
    message: string,
  ) {
    super(message);
  }
}

export const MAX_TEXT = 2000;
export const MAX_FILE = 5 * 1024 * 1024;
