import { mailDate } from "./maildir.ts";

/** What LMTP knows of a mail that it is about to store. */
export interface LmtpEnvelope {
  /** Without angle brackets; "" for the null sender. */
  readonly from: string;
  /** The recipients that were accepted, as given. */
  readonly recipients: readonly string[];
  /** What the client called itself in LHLO. */
  readonly clientName: string;
  /** Absent on a Unix domain socket. */
  readonly clientAddress?: string;
  /** Fully qualified name of this host. */
  readonly hostName: string;
  readonly transactionId: string;
  readonly atMs: number;
}

/**
 * The fields that Dovecot's LMTP server puts before a mail, LF lines. With several recipients it names none of them
 * (the same text is stored for all).
 */
export function deliveryHeaders(envelope: LmtpEnvelope): string {
  const [only] = envelope.recipients.length === 1 ? envelope.recipients : [];
  const client = envelope.clientAddress === undefined ? envelope.clientName : `${envelope.clientName} ([${envelope.clientAddress}])`;
  const lines = [
    `Return-Path: <${envelope.from}>`,
    ...(only === undefined ? [] : [`Delivered-To: ${only}`]),
    `Received: from ${client}`,
    `\tby ${envelope.hostName} with LMTP`,
    `\tid ${envelope.transactionId}`,
    `\t(envelope-from <${envelope.from}>)${only === undefined ? `; ${mailDate(envelope.atMs)}` : ""}`,
    ...(only === undefined ? [] : [`\tfor <${only}>; ${mailDate(envelope.atMs)}`]),
  ];
  return `${lines.join("\n")}\n`;
}
