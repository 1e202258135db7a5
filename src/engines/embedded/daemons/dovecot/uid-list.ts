/** The file dovecot-uidlist of one folder, version 3. */
export interface UidList {
  readonly uidValidity: number;
  readonly uidNext: number;
  /** 32 hexadecimal digits. */
  readonly guid: string;
  /** By UID; names without their flags. */
  readonly entries: readonly { readonly uid: number; readonly base: string }[];
}

/** @returns undefined where there is no list, or it cannot be read (Dovecot then begins a new one) */
export function parseUidList(text: string | undefined): UidList | undefined {
  const [header = "", ...lines] = (text ?? "").split("\n");
  const match = /^3 V(\d+) N(\d+) G([0-9a-f]{32})$/.exec(header);
  if (match === null) return undefined;
  const entries = lines.flatMap((line) => {
    const entry = /^(\d+) (?:[^:]*)?:(.+)$/.exec(line);
    return entry === null ? [] : [{ uid: Number(entry[1]), base: entry[2] as string }];
  });
  return { uidValidity: Number(match[1]), uidNext: Number(match[2]), guid: match[3] as string, entries };
}

export function formatUidList({ uidValidity, uidNext, guid, entries }: UidList): string {
  return `3 V${uidValidity} N${uidNext} G${guid}\n${entries.map(({ uid, base }) => `${uid} :${base}\n`).join("")}`;
}
