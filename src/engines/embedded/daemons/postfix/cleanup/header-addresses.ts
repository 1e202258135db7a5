/** Header fields that hold addresses which cleanup(8) completes for local senders. */
const senderFields = new Set(["from", "sender", "reply-to", "return-receipt-to", "errors-to", "resent-from", "resent-sender"]);
const recipientFields = new Set(["to", "cc", "bcc", "apparently-to", "resent-to", "resent-cc", "resent-bcc"]);

export function holdsAddresses(name: string): boolean {
  return senderFields.has(name) || recipientFields.has(name);
}

/** Where a field's line is folded: it never grows beyond this when addresses are put side by side. */
const foldColumn = 70;

/**
 * Completes bare local parts of an address field with the origin: `To: bob, Ann <ann>` → `To: bob@x.example, Ann <ann@x.example>`.
 * A field that needs nothing is left as it stands, with its own folding.
 */
export function completeAddresses(field: string, origin: string): string {
  const colon = field.indexOf(":");
  const name = field.slice(0, colon);
  const members = splitAddresses(field.slice(colon + 1));
  const completed = members.map((member) => completeOne(member, origin));
  if (completed.every((member, index) => member === members[index])) return field;
  return foldAddresses(name, completed);
}

/** Splits at commas outside quotes, comments and angle brackets; white space within becomes one blank. */
export function splitAddresses(text: string): readonly string[] {
  const members: string[] = [];
  let current = "";
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] as string;
    if (letter === "\\") {
      current += letter + (text[++at] ?? "");
      continue;
    }
    if (letter === '"' && depth === 0) quoted = !quoted;
    else if (!quoted && (letter === "(" || letter === "<")) depth += 1;
    else if (!quoted && (letter === ")" || letter === ">")) depth -= 1;
    if (letter === "," && !quoted && depth <= 0) {
      members.push(current);
      current = "";
    } else {
      current += letter;
    }
  }
  members.push(current);
  return members.map((member) => member.replace(/\s+/g, " ").trim()).filter((member) => member !== "");
}

function completeOne(member: string, origin: string): string {
  const bracketed = /^(.*)<([^<>]*)>(.*)$/s.exec(member);
  if (bracketed !== null) {
    const [, before = "", address = "", after = ""] = bracketed;
    return `${before}<${completeAddress(address, origin)}>${after}`;
  }
  const [, address = "", rest = ""] = /^("(?:\\.|[^"\\])*"(?:@\S+)?|[^\s("]+)(.*)$/s.exec(member) ?? [];
  return address === "" ? member : `${completeAddress(address, origin)}${rest}`;
}

/** `bob` → `bob@origin`; an address with a domain, and the empty one, stay. */
export function completeAddress(address: string, origin: string): string {
  return address === "" || /@[^"]*$/.test(address) || origin === "" || /[:;]/.test(address) ? address : `${address}@${origin}`;
}

/** As many addresses on a line as fit, the comma behind them counted (cleanup_fold_header). */
function foldAddresses(name: string, members: readonly string[]): string {
  const lines: string[] = [];
  let line = "";
  for (const [index, member] of members.entries()) {
    const piece = index < members.length - 1 ? `${member},` : member;
    if (index === 0) {
      line = `${name}: ${piece}`;
    } else if (line.length + 1 + piece.length < foldColumn) {
      line += ` ${piece}`;
    } else {
      lines.push(line);
      line = piece;
    }
  }
  return [...lines, line].join("\n\t");
}

/** The bare address of one member of an address field: `Ann <ann@x.example>` → `ann@x.example`. */
export function bareAddress(member: string): string {
  const bracketed = /<([^<>]*)>/.exec(member)?.[1];
  return (bracketed ?? member.replace(/\([^()]*\)/g, "")).trim();
}
