/** What a Docker image of ours is built on, and what it is for. Its Dockerfile and files stand in the folder of its name. */
export interface ImageEntry {
  /** Another image of the table; none for the base, which stands on Debian. */
  readonly parent?: ImageName;
  readonly purpose: string;
}

export type ImageName = "base" | "bind" | "postfix" | "mailbox" | "rspamd" | "exim" | "toolbox";

/** All images of a range's hosts. */
export const images: Readonly<Record<ImageName, ImageEntry>> = {
  base: { purpose: "an init, a shell and an administrator's everyday tools; all others stand on it" },
  bind: { parent: "base", purpose: "a name server: BIND 9" },
  postfix: { parent: "base", purpose: "a mail server: Postfix" },
  mailbox: { parent: "postfix", purpose: "a mailbox host: Postfix in front, Dovecot behind" },
  rspamd: { parent: "base", purpose: "a mail filter: Rspamd" },
  exim: { parent: "base", purpose: "a mail server: Exim" },
  toolbox: { parent: "base", purpose: "a workstation to probe from: swaks, openssl, telnet, curl" },
};

/** Parents stand before their children. */
export const imageNames: readonly ImageName[] = parentsFirst(Object.keys(images) as ImageName[]);

/** The image, its parent, the parent's parent ... */
export function lineage(name: ImageName): readonly ImageName[] {
  const { parent } = images[name];
  return parent === undefined ? [name] : [name, ...lineage(parent)];
}

/** The images with everything that they stand on, each once, parents before their children. */
export function parentsFirst(names: readonly ImageName[]): readonly ImageName[] {
  return [...new Set(names.flatMap((name) => lineage(name).toReversed()))];
}
