import { type Button, MAX_TEXT, type Reply } from "./protocol";

/** Makes an element with text only: nothing that a server or a person says is ever parsed as HTML. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** One bubble of the conversation. */
export function bubble(from: "you" | "bot", text: string): HTMLElement {
  const speaker = from === "you" ? "You said: " : "Discreet said: ";
  return element(
    "div",
    { class: `bubble ${from}` },
    element("span", { class: "spoken" }, speaker),
    element("p", { dir: "auto" }, ...withLinks(text)),
  );
}

/** The text of a reply, whatever kinds of parts it has. */
export function textOf(reply: Reply): string {
  const picture = reply.image && `Picture: ${reply.image}`;
  return [reply.text, picture, attached(reply.attachment)].filter(Boolean).join("\n");
}

/** A reply as a list without carousels: each card is a reply of its own. */
export function plain(reply: Reply): Reply[] {
  const cards = (reply.custom?.elements ?? []).map((card) => {
    const lines = [card.title, card.subtitle].filter(Boolean).join("\n");
    return { text: lines, image: card.image_url ?? "", buttons: card.buttons ?? [] };
  });
  return [reply, ...cards];
}

/** An attachment's title and address. */
function attached(attachment: unknown): string {
  if (typeof attachment !== "object" || attachment === null) {
    return typeof attachment === "string" ? attachment : "";
  }
  const { payload, ...rest } = attachment as Record<string, unknown>;
  const parts = { ...rest, ...(typeof payload === "object" ? payload : {}) } as Record<string, unknown>;
  return ["title", "text", "src", "url"].map((name) => parts[name]).filter(Boolean).join("\n");
}

/** The buttons of a reply; `press` is called once, and every other button of the conversation goes with it. */
export function choices(buttons: Button[], press: (button: Button) => void): HTMLElement {
  const group = element("div", { class: "choices", role: "group", "aria-label": "Possible answers" });
  for (const button of buttons) {
    const made = element("button", { type: "button" }, button.title);
    made.addEventListener("click", () => press(button));
    group.append(made);
  }
  return group;
}

/** What the counter says; nothing until the limit is near. */
export function remaining(text: string): string {
  const left = MAX_TEXT - text.length;
  if (left >= 200) {
    return "";
  }
  return left >= 0 ? `${left} characters left` : `${-left} characters too many`;
}

/** https addresses as links that say where they lead; everything else stays text. */
function withLinks(text: string): (Node | string)[] {
  return text.split(/(https:\/\/[^\s<>"']+)/).map((part, index) => {
    if (index % 2 === 0) {
      return part;
    }
    return element("a", { href: part, rel: "noopener noreferrer", target: "_blank" }, part);
  });
}
