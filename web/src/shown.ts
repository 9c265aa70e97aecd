import { element } from "./view";

/** What the server shows once, past the conversation: it is in no history, and gone when the page is. */
export type Shown =
  | { kind: "totp"; picture: string[]; secret: string }
  | { kind: "recovery"; codes: string[] }
  | { kind: "passkey_get" | "passkey_create"; options: Record<string, unknown> };

const QUIET_ZONE = 4;
const SVG = "http://www.w3.org/2000/svg";

/** Something to scan or to write down; null for what is none. */
export function secretNote(shown: Shown): HTMLElement | null {
  if (shown.kind === "totp") {
    return element(
      "div",
      { class: "secret", role: "group", "aria-label": "Your authenticator app's key" },
      picture(shown.picture),
      element("p", {}, "Or type this key into the app:"),
      element("code", {}, shown.secret),
    );
  }
  if (shown.kind === "recovery") {
    const list = element("ul", {}, ...shown.codes.map((code) => element("li", {}, element("code", {}, code))));
    return element("div", { class: "secret", role: "group", "aria-label": "Your recovery codes" }, list);
  }
  return null;
}

/** A QR code (ISO/IEC 18004) as one path, from rows of 0 and 1. */
function picture(rows: string[]): SVGSVGElement {
  const side = rows.length + 2 * QUIET_ZONE;
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("viewBox", `0 0 ${side} ${side}`);
  drawn.setAttribute("class", "qr");
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", "QR code for your authenticator app");
  const path = document.createElementNS(SVG, "path");
  const dark = rows.flatMap((row, y) =>
    [...row].flatMap((one, x) => (one === "1" ? [`M${x + QUIET_ZONE} ${y + QUIET_ZONE}h1v1h-1z`] : [])),
  );
  path.setAttribute("d", dark.join(""));
  drawn.append(path);
  return drawn;
}
