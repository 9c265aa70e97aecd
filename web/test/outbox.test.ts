import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_TRIES, Outbox, randomId, type World } from "../src/outbox";
import { MAX_TEXT, Refused, TryAgain, type Turn } from "../src/protocol";
import { remaining } from "../src/view";

function world(answers: (Turn | Error)[]): World & { sent: string[]; waited: number[]; said: string[] } {
  const sent: string[] = [];
  const said: string[] = [];
  const waited: number[] = [];
  return {
    sent,
    waited,
    newId: () => "an-id",
    said,
    wait: async (seconds, why) => {
      waited.push(seconds);
      said.push(why);
    },
    send: async (id) => {
      sent.push(id);
      const answer = answers.shift();
      if (answer === undefined || answer instanceof Error) {
        throw answer ?? new TryAgain(1, "nothing");
      }
      return answer;
    },
  };
}

const turn: Turn = { id: "an-id", you: "hello", replies: [] };

test("a lost reply is asked for again under the same id", async () => {
  const there = world([new TryAgain(2, "lost"), turn]);
  assert.equal(await new Outbox(there).send({ text: "hello" }).turn, turn);
  assert.deepEqual(there.sent, ["an-id", "an-id"]);
  assert.deepEqual(there.waited, [2]);
  assert.deepEqual(there.said, ["lost"]);
});

test("a limit is waited for as long as it asks", async () => {
  const there = world([new TryAgain(12, "too much at once"), turn]);
  await new Outbox(there).send({ text: "hello" }).turn;
  assert.deepEqual(there.waited, [12]);
});

test("a refusal is not tried again", async () => {
  const there = world([new Refused("too_long", "too long"), turn]);
  await assert.rejects(new Outbox(there).send({ text: "hello" }).turn, Refused);
  assert.equal(there.sent.length, 1);
});

test("trying by itself ends", async () => {
  const there = world([]);
  await assert.rejects(new Outbox(there).send({ text: "hello" }).turn, TryAgain);
  assert.equal(there.sent.length, MAX_TRIES);
});

test("messages are sent one after another, also after a failed one", async () => {
  const there = world([new Refused("x", "x"), turn]);
  const outbox = new Outbox(there);
  const first = outbox.send({ text: "a" }, "first");
  const second = outbox.send({ text: "b" }, "second");
  await assert.rejects(first.turn, Refused);
  assert.equal(await second.turn, turn);
  assert.deepEqual(there.sent, ["first", "second"]);
});

test("ids are random and of the form that the channel takes", () => {
  const ids = new Set(Array.from({ length: 100 }, randomId));
  assert.equal(ids.size, 100);
  for (const id of ids) {
    assert.match(id, /^[A-Za-z0-9_-]{16,64}$/);
  }
});

test("the counter speaks up near the limit only", () => {
  assert.equal(remaining("x"), "");
  assert.equal(remaining("x".repeat(MAX_TEXT - 5)), "5 characters left");
  assert.equal(remaining("x".repeat(MAX_TEXT + 2)), "2 characters too many");
});
