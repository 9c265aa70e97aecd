import { type Outgoing, TryAgain, type Turn } from "./protocol";

/** What the outbox needs of the world; tests give it another one. */
export interface World {
  send(id: string, message: Outgoing): Promise<Turn>;
  /** `why` is a sentence for the person, who sees that nothing happens. */
  wait(seconds: number, why: string): Promise<void>;
  newId(): string;
}

/** How often a message is sent by itself before the person is asked. */
export const MAX_TRIES = 4;

/**
 * Sends messages one after another. A message keeps its id over every try, so that a reply that was lost on its way
 * does not become a second turn. Unsent words live in memory only.
 */
export class Outbox {
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly world: World) {}

  /** Sends after everything before it. Rejects with the last TryAgain, or with Refused. */
  send(message: Outgoing, id: string = this.world.newId()): { id: string; turn: Promise<Turn> } {
    const turn = this.queue.then(() => this.tryTo(id, message));
    this.queue = turn.catch(() => undefined);
    return { id, turn };
  }

  private async tryTo(id: string, message: Outgoing): Promise<Turn> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.world.send(id, message);
      } catch (error) {
        if (!(error instanceof TryAgain) || attempt >= MAX_TRIES) {
          throw error;
        }
        await this.world.wait(Math.min(error.seconds * attempt, 60), error.message);
      }
    }
  }
}

/** A message id: 128 random bits in base64url. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
