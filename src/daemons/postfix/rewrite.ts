/** What trivial-rewrite(8) needs to complete an address. */
export interface RewriteRules {
  /** `$myorigin`, a file it names already read. */
  readonly origin: string;
  /** `$mydomain` */
  readonly domain: string;
  readonly appendAtMyorigin: boolean;
  readonly appendDotMydomain: boolean;
  readonly swapBangpath: boolean;
  readonly allowPercentHack: boolean;
}

/**
 * An envelope address in its full form, as trivial-rewrite(8) makes it in the local context: `site!user` becomes `user@site`,
 * `user%site` becomes `user@site`, `user` becomes `user@$myorigin`, `user@host` becomes `user@host.$mydomain` where that is asked for.
 * The null sender stays null.
 */
export function rewriteAddress(address: string, rules: RewriteRules): string {
  if (address === "") return "";
  let result = address;
  if (!result.includes("@") && rules.swapBangpath) result = result.replace(/^([^!]+)!(.+)$/, "$2@$1");
  if (!result.includes("@") && rules.allowPercentHack) result = result.replace(/%([^%]*)$/, "@$1");
  const at = result.lastIndexOf("@");
  if (at < 0) return rules.appendAtMyorigin ? `${result}@${rules.origin}` : result;
  const domain = result.slice(at + 1);
  const local = result.slice(0, at);
  if (domain === "") return result;
  if (domain.endsWith(".") && domain !== ".") return `${local}@${domain.slice(0, -1)}`;
  if (rules.appendDotMydomain && !domain.includes(".") && !domain.startsWith("[")) return `${local}@${domain}.${rules.domain}`;
  return result;
}
