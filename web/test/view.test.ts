import assert from "node:assert/strict";
import { test } from "node:test";
import { plain, textOf } from "../src/view";

test("a reply shows its text, its picture and its attachment, in this order", () => {
  const image = "https://cdn.example/tent.png";
  const attachment = { type: "video", payload: { title: "How to pitch it", src: "https://cdn.example/a.mp4" } };
  assert.equal(textOf({ text: "Look:", image }), `Look:\nPicture: ${image}`);
  assert.equal(textOf({ text: "Here:", attachment: "https://cdn.example/a.pdf" }), "Here:\nhttps://cdn.example/a.pdf");
  assert.equal(textOf({ attachment }), "How to pitch it\nhttps://cdn.example/a.mp4");
  assert.equal(textOf({ attachment: null }), "");
});

test("each card of a carousel is a reply of its own, with its buttons", () => {
  const buttons = [{ title: "Yes", handle: "h" }];
  const custom = { elements: [{ title: "Tent", subtitle: "green", buttons }, { title: "Stove" }] };
  assert.deepEqual(
    plain({ text: "Ours:", custom }).map((part) => [textOf(part), part.buttons ?? []]),
    [
      ["Ours:", []],
      ["Tent\ngreen", buttons],
      ["Stove", []],
    ],
  );
});
