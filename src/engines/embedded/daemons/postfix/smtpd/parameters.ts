import { decodeXtext } from "../smtp-client/xtext.ts";

/** ESMTP parameters of MAIL FROM. */
export interface MailParameters {
  readonly sizeBytes: number;
  readonly encoding?: "7bit" | "8bit";
  /** `ret_flags` of the queue file: 1 FULL, 2 HDRS. */
  readonly ret?: 1 | 2;
  readonly envelopeId?: string;
  readonly utf8: boolean;
  /** `AUTH=` of a client that may log in: whom it names as the author. */
  readonly saslSender?: string;
}

/** ESMTP parameters of RCPT TO. */
export interface RcptParameters {
  /** Bits: 1 never, 2 success, 4 failure, 8 delay. */
  readonly notify: number;
  /** `rfc822;alice@meadow.example`, decoded; "" without ORCPT. */
  readonly original: string;
}

/** The parameters, or the reply that refuses them and what smtpd warns about. */
export type Parsed<T> = { readonly parameters: T } | { readonly reply: string; readonly warning?: string };

/** @param mayLogIn clients may log in here, so that whom they name as the author is kept */
export function mailParameters(words: readonly string[], mayLogIn: boolean): Parsed<MailParameters> {
  let sizeBytes = 0;
  let encoding: MailParameters["encoding"];
  let ret: MailParameters["ret"];
  let envelopeId: string | undefined;
  let utf8 = false;
  let saslSender: string | undefined;
  for (const word of words) {
    const upper = word.toUpperCase();
    const value = word.slice(word.indexOf("=") + 1);
    if (upper === "BODY=8BITMIME") encoding = "8bit";
    else if (upper === "BODY=7BIT") encoding = "7bit";
    else if (upper === "SMTPUTF8") utf8 = true;
    else if (upper.startsWith("SIZE=")) {
      if (!/^\d+$/.test(value)) return { reply: "501 5.5.4 Bad message size syntax" };
      if (Number(value) > Number.MAX_SAFE_INTEGER) return { reply: "552 5.3.4 Message size exceeds file system imposed limit" };
      sizeBytes = Number(value);
    } else if (upper.startsWith("RET=")) {
      if (ret !== undefined || !/^(FULL|HDRS)$/i.test(value)) return { reply: "501 5.5.4 Bad RET parameter syntax" };
      ret = /^FULL$/i.test(value) ? 1 : 2;
    } else if (upper.startsWith("ENVID=")) {
      const decoded = decodeXtext(value);
      if (envelopeId !== undefined || decoded === undefined || decoded === "") return { reply: "501 5.5.4 Bad ENVID parameter syntax" };
      envelopeId = decoded;
    } else if (upper.startsWith("AUTH=")) {
      if (mayLogIn && value !== "<>") saslSender = value;
    } else {
      return { reply: `555 5.5.4 Unsupported option: ${word}` };
    }
  }
  const parameters = {
    sizeBytes,
    utf8,
    ...(encoding !== undefined && { encoding }),
    ...(ret !== undefined && { ret }),
    ...(envelopeId !== undefined && { envelopeId }),
    ...(saslSender !== undefined && { saslSender }),
  };
  return { parameters };
}

const notifyBits: Readonly<Record<string, number>> = { NEVER: 1, SUCCESS: 2, FAILURE: 4, DELAY: 8 };

export function rcptParameters(words: readonly string[]): Parsed<RcptParameters> {
  let notify = 0;
  let original = "";
  for (const word of words) {
    const upper = word.toUpperCase();
    const value = word.slice(word.indexOf("=") + 1);
    if (upper.startsWith("NOTIFY=")) {
      const reply = "501 5.5.4 Error: Bad NOTIFY parameter syntax";
      const names = value.split(",").filter((name) => name !== "");
      const unknown = names.find((name) => notifyBits[name.toUpperCase()] === undefined);
      if (unknown !== undefined) return { reply, warning: `unknown DSN NOTIFY command value "${unknown}" in "${value}"` };
      const bits = names.reduce((sum, name) => sum | (notifyBits[name.toUpperCase()] ?? 0), 0);
      if (notify !== 0 || bits === 0 || ((bits & 1) !== 0 && bits !== 1)) return { reply };
      notify = bits;
    } else if (upper.startsWith("ORCPT=")) {
      const [type = "", ...coded] = value.split(";");
      const decoded = coded.length === 0 ? undefined : decodeXtext(coded.join(";"));
      if (original !== "" || type === "" || decoded === undefined || decoded === "") {
        return { reply: "501 5.5.4 Error: Bad ORCPT parameter syntax" };
      }
      original = `${type};${decoded}`;
    } else {
      return { reply: `555 5.5.4 Unsupported option: ${word}` };
    }
  }
  return { parameters: { notify, original } };
}
