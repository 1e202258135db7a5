/** The log lines of one connection or message: they carry the same tag. */
export interface ScanLog {
  /** Six hexadecimal digits. */
  readonly tag: string;
  /** `proxy` for the milter, `csession` for rspamc: the module of lines that belong to the message itself. */
  readonly process: string;
  /** @param module `proxy`, `spf`, `lua`, `dkim` */
  write(module: string, text: string): void;
}
