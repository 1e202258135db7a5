/** What `%`-variables of settings stand for. */
export interface UserVariables {
  /** The whole user name: `alice` or `alice@meadow.example`. */
  readonly user: string;
  readonly home?: string;
  readonly hostName?: string;
}

const LONG: Readonly<Record<string, string>> = { user: "u", username: "n", domain: "d", home: "h", hostname: "H" };

/**
 * Expands `%u %n %d %h`, their long forms `%{user}`, and the modifiers `%L` (lower case) and `%U` (upper case).
 * What is not known stays as it stands.
 */
export function expandVariables(text: string, variables: UserVariables): string {
  return text.replace(/%(?:%|([LU]*)([undhH])|([LU]*)\{([a-z]+)\})/g, (whole, modifiers, letter, longModifiers, long) => {
    if (whole === "%%") return "%";
    const value = valueOf((letter as string | undefined) ?? LONG[long as string], variables);
    if (value === undefined) return whole;
    return modify(value, (modifiers as string | undefined) ?? (longModifiers as string));
  });
}

function valueOf(letter: string | undefined, { user, home, hostName }: UserVariables): string | undefined {
  const at = user.indexOf("@");
  if (letter === "u") return user;
  if (letter === "n") return at === -1 ? user : user.slice(0, at);
  if (letter === "d") return at === -1 ? "" : user.slice(at + 1);
  if (letter === "h") return home;
  if (letter === "H") return hostName;
  return undefined;
}

function modify(value: string, modifiers: string): string {
  let result = value;
  for (const modifier of modifiers) result = modifier === "L" ? result.toLowerCase() : result.toUpperCase();
  return result;
}
