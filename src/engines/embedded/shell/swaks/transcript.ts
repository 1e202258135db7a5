/** What a line of the transcript is: swaks's own words, what it sends, what it receives; each as expected or not. */
export type LineKind = "info" | "problem" | "sent" | "received" | "rejected";

export interface TranscriptOptions {
  /** 1: nothing until something goes wrong; 2: only what goes wrong; 3: nothing. */
  readonly silent: number;
  readonly hide: { readonly sent: boolean; readonly received: boolean; readonly info: boolean; readonly all: boolean };
  readonly hints: { readonly sent: boolean; readonly received: boolean; readonly info: boolean };
}

/** swaks's transcript (its ptrans): a mark before every line. */
export class Transcript {
  readonly #options: TranscriptOptions;
  readonly #write: (text: string, stream: "stdout" | "stderr") => void;
  #wrong = false;
  /** TLS is on: arrows become waves. */
  secured = false;

  constructor(options: TranscriptOptions, write: (text: string, stream: "stdout" | "stderr") => void) {
    this.#options = options;
    this.#write = write;
  }

  /** @param brief say how many lines it is, instead of the lines */
  say(kind: LineKind, text: string, brief = false): void {
    if (this.#isHidden(kind)) return;
    const mark = this.#mark(kind);
    const message = brief ? `${text.replace(/\n+$/, "").split("\n").length} lines sent` : text;
    this.#write(
      message
        .split("\n")
        .map((line) => `${mark}${line}\n`)
        .join(""),
      kind === "problem" ? "stderr" : "stdout",
    );
  }

  #isHidden(kind: LineKind): boolean {
    const { hide, silent } = this.#options;
    if (hide.all || (kind === "sent" && hide.sent) || (kind === "info" && hide.info)) return true;
    if ((kind === "received" || kind === "rejected") && hide.received) return true;
    const isWrong = kind === "problem" || kind === "rejected";
    if (silent >= 3) return true;
    if (silent === 2) return !isWrong;
    if (silent === 1 && !this.#wrong) {
      if (!isWrong) return true;
      this.#wrong = true;
    }
    return false;
  }

  #mark(kind: LineKind): string {
    const { hints } = this.#options;
    switch (kind) {
      case "info":
        return hints.info ? "=== " : "";
      case "problem":
        return hints.info ? "*** " : "";
      case "sent":
        return hints.sent ? (this.secured ? " ~> " : " -> ") : "";
      case "received":
        return hints.received ? (this.secured ? "<~  " : "<-  ") : "";
      case "rejected":
        return hints.received ? (this.secured ? "<~* " : "<** ") : "";
    }
  }
}
