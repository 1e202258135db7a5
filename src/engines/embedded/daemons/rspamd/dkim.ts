import { createHash } from "node:crypto";
import type { Clock } from "../../../../base/clock.ts";
import { textOf } from "../../../../mail/dns.ts";
import type { HeaderField } from "../../../../mail/message.ts";
import type { DnsReply, ScanDns } from "./dns.ts";
import { type ScannedMessage, unfolded } from "./message.ts";
import type { ScanLog } from "./scan-log.ts";

/** What became of one DKIM-Signature field. */
export interface DkimSignature {
  readonly domain: string;
  readonly selector: string;
  readonly result: "allow" | "reject" | "tempfail" | "permfail";
  /** In the words of Authentication-Results. */
  readonly reason?: string;
  /** The field's `b=`, without white space. */
  readonly signature: string;
}

export interface DkimContext {
  readonly dns: ScanDns;
  readonly log: ScanLog;
  readonly clock: Clock;
  /** Key names looked up so far. */
  readonly knownKeys: Set<string>;
}

/** The signature fields, by their tags. */
interface SignatureTags {
  readonly field: HeaderField;
  readonly tags: ReadonlyMap<string, string>;
}

/** Verifies every signature of a message. @returns [] where there is none */
export async function checkDkim(context: DkimContext, message: ScannedMessage): Promise<readonly DkimSignature[]> {
  const signed = message.fields
    .filter(({ name }) => name.toLowerCase() === "dkim-signature")
    .map((field) => ({ field, tags: tagsOf(field.value) }));
  const results: DkimSignature[] = [];
  for (const each of signed) results.push(await checkSignature(context, message, each));
  return results;
}

async function checkSignature(context: DkimContext, message: ScannedMessage, { field, tags }: SignatureTags): Promise<DkimSignature> {
  const domain = tags.get("d") ?? "";
  const selector = tags.get("s") ?? "";
  const base = { domain, selector, signature: (tags.get("b") ?? "").replace(/\s/g, "") };
  const name = `${selector}._domainkey.${domain}`;
  const reply = await context.dns.query(name, "TXT");
  const key = keyOf(context, name, reply);
  if (key === undefined) {
    return {
      ...base,
      result: reply.reply === "failure" ? "tempfail" : "permfail",
      ...(reply.reply !== "failure" && { reason: "invalid DKIM record" }),
    };
  }
  const verified = await verify(context.clock, message, field, key);
  const lengths = `body length ${verified.bodyBytes}->${verified.bodyBytes}`;
  const identity = `d=${domain}; s=${selector}`;
  if (verified.outcome === "pass") return { ...base, result: "allow" };
  if (verified.outcome === "body") {
    const mismatch = `got ${verified.bodyHash}, expected ${tags.get("bh")?.replace(/\s/g, "")}`;
    context.log.write("dkim", `rspamd_dkim_check: dkim: bh value mismatch: ${mismatch}; ${lengths}; ${identity}`);
    return { ...base, result: "reject", reason: "body hash did not verify" };
  }
  const md5 = createHash("md5")
    .update(Buffer.from(publicKeyOf(key), "base64"))
    .digest("hex");
  const headers = `headers length ${verified.headerBytes}`;
  context.log.write(
    "dkim",
    `rspamd_dkim_check: dkim: headers RSA verification failure; ${lengths}; ${headers}; ${identity}; key_md5=${md5}; orig header: ${unfolded(field.value)}`,
  );
  return { ...base, result: "reject", reason: "headers rsa verify failed" };
}

/** The key's record, with the log's word about it. */
function keyOf({ log, knownKeys }: DkimContext, name: string, reply: DnsReply): string | undefined {
  if (reply.reply !== "records") {
    const failed = `dns request to ${name} failed: ${reply.why}`;
    log.write(log.process, `dkim_module_key_handler: cannot get key for domain ${name}: ${failed}`);
    return undefined;
  }
  const [record] = reply.records;
  if (record === undefined || publicKeyOf(textOf(record)) === "") return undefined;
  knownKeys.add(name);
  const kept = `for ${record.ttlSeconds} seconds, ${knownKeys.size}/2000 elements in the cache`;
  log.write(log.process, `dkim_module_key_handler: stored DKIM key for ${name} in LRU cache ${kept}`);
  return textOf(record);
}

function publicKeyOf(record: string): string {
  return (tagsOf(record).get("p") ?? "").replace(/\s/g, "");
}

function tagsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    unfolded(text)
      .split(";")
      .flatMap((part) => {
        const at = part.indexOf("=");
        return at < 0 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()] as const];
      }),
  );
}

interface Verification {
  readonly outcome: "pass" | "body" | "signature";
  readonly bodyHash: string;
  readonly bodyBytes: number;
  /** Of the signature's own field, canonicalised: what the log calls the headers' length. */
  readonly headerBytes: number;
}

/** What mailauth tells about a signature; its type declarations leave most of it out. */
interface VerifiedSignature {
  readonly status: { readonly result: string };
  readonly bodyHash?: string;
  readonly bodyHashExpecting?: string;
  readonly canonBodyLength?: number;
  /** Base64. */
  readonly signingHeaders?: { readonly canonicalizedHeader: string };
}

/** Canonicalises and verifies by mailauth, with the key at hand: nothing here takes virtual time, so the clock is held. */
async function verify(clock: Clock, message: ScannedMessage, field: HeaderField, key: string): Promise<Verification> {
  const release = clock.hold?.() ?? (() => {});
  try {
    const { dkimVerify } = await import("mailauth/lib/dkim/verify.js");
    const others = message.fields.filter((each) => each === field || each.name.toLowerCase() !== "dkim-signature");
    const header = others.map(({ name, value }) => `${name}: ${value.replace(/\r?\n/g, "\r\n")}\r\n`).join("");
    const text = Buffer.from(`${header}\r\n${message.body.replace(/\r?\n/g, "\r\n")}`, "latin1");
    const { results } = await dkimVerify(text, { resolver: async () => [[key]], curTime: new Date(clock.now()) });
    const [result] = results as unknown as readonly VerifiedSignature[];
    const isBodySound = result?.bodyHash !== undefined && result.bodyHash === result.bodyHashExpecting;
    return {
      outcome: result?.status.result === "pass" ? "pass" : isBodySound ? "signature" : "body",
      bodyHash: result?.bodyHash ?? "",
      bodyBytes: result?.canonBodyLength ?? 0,
      headerBytes:
        Buffer.from(result?.signingHeaders?.canonicalizedHeader ?? "", "base64")
          .toString("latin1")
          .split("\r\n")
          .at(-1)?.length ?? 0,
    };
  } finally {
    release();
  }
}

/** `R_DKIM_ALLOW` and its likes. */
export const DKIM_SYMBOLS: Readonly<Record<DkimSignature["result"], string>> = {
  allow: "R_DKIM_ALLOW",
  reject: "R_DKIM_REJECT",
  tempfail: "R_DKIM_TEMPFAIL",
  permfail: "R_DKIM_PERMFAIL",
};

/** The sign of DKIM_TRACE. */
export const DKIM_MARKS = { allow: "+", reject: "-", tempfail: "?", permfail: "~" } as const;
