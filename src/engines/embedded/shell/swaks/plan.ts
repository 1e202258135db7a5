import type { MessagePlan } from "./message.ts";

/** Everything that swaks decides before it connects. */
export interface SwaksPlan {
  readonly server: string;
  readonly port: number;
  readonly localAddress: string | undefined;
  readonly from: string;
  /** Comma-separated, as given. */
  readonly to: string;
  readonly helo: string;
  readonly protocol: "smtp" | "esmtp" | "lmtp";
  readonly timeoutSeconds: number;
  /** Stage names of swaks: connect, first-helo, tls, helo, auth, mail, rcpt, data, dot; "" for none. */
  readonly quitAfter: string;
  readonly dropAfter: string;
  readonly dropAfterSend: string;
  /** `optional`: go on without; `strict`: go on only where it is not offered. */
  readonly tls: "no" | "required" | "optional" | "strict" | "on-connect";
  readonly tlsServerName: string | undefined;
  readonly auth: AuthPlan | undefined;
  readonly pipeline: boolean;
  readonly suppressData: boolean;
  /** undefined: do not show; else how response times are shown. */
  readonly timeLapse: "hires" | "integer" | undefined;
  readonly message: MessagePlan;
}

export interface AuthPlan {
  /** Types to try, in order. */
  readonly types: readonly string[];
  readonly any: boolean;
  readonly user: string;
  readonly password: string;
  readonly need: "required" | "optional" | "strict";
  readonly plainText: boolean;
  readonly hiddenPassword: string | undefined;
}

/** swaks ends here with this exit code. */
export class SwaksExit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`swaks ends with ${code}`);
    this.name = "SwaksExit";
    this.code = code;
  }
}
