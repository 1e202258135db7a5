import { type AuthPlan, SwaksExit } from "./plan.ts";
import type { Preparation } from "./preparation.ts";

/** Types that our images' swaks can do, in the order in which it tries them for "any". */
const available = ["CRAM-MD5", "LOGIN", "PLAIN"];
const known = ["CRAM-MD5", "CRAM-SHA1", "DIGEST-MD5", "LOGIN", "MSN", "NTLM", "PLAIN", "SPA"];

/** What --auth and its kind ask for; undefined when nothing asks for authentication. @throws SwaksExit */
export async function planAuth(preparation: Preparation, byProtocol: boolean): Promise<AuthPlan | undefined> {
  const { options, transcript } = preparation;
  const last = (name: string): string | undefined => options.values.get(name)?.at(-1);
  const [auth, strict, optional] = [last("auth"), last("auth-optional-strict"), last("auth-optional")];
  const wanted = auth || strict || optional;
  const any = !wanted && [auth, strict, optional, last("auth-user"), last("auth-password")].some((value) => value !== undefined);
  if (!wanted && !any && !byProtocol) return undefined;
  const types = wanted ? wanted.toUpperCase().split(",") : available;
  const usable = types.filter((type) => {
    if (!known.includes(type)) transcript.say("problem", `${type} is not a recognized auth type, skipping`);
    else if (!available.includes(type)) transcript.say("problem", `AUTH ${type} is not simulated on the embedded engine`);
    return available.includes(type);
  });
  const need = strict !== undefined ? "strict" : optional !== undefined ? "optional" : "required";
  if (usable.length === 0) {
    transcript.say("problem", "No auth types supported");
    if (need === "required") throw new SwaksExit(10);
    return undefined;
  }
  const value = async (name: string, prompt: string): Promise<string> => {
    const given = last(name) || (await preparation.ask(prompt, /^/));
    return given === "<>" ? "" : given;
  };
  const user = await value("auth-user", "Username: ");
  const password = await value("auth-password", "Password: ");
  const hidden = last("auth-hide-password");
  return {
    types: usable,
    any: !wanted,
    user,
    password,
    need,
    plainText: options.values.has("auth-plaintext"),
    hiddenPassword: hidden === undefined ? undefined : hidden || "PROVIDED_BUT_REMOVED",
  };
}
