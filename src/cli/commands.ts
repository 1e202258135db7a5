import type { CliCommand } from "./command.ts";

/** One line of the table of commands. Loaded when it is typed, so that `--version` costs no more than node itself. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CliCommand>;
}

export const commands: readonly CommandEntry[] = [
  { name: "list", summary: "scenarios and labs to choose from", load: async () => (await import("./list.ts")).list },
  { name: "play", summary: "play a scenario or a lab", load: async () => (await import("./play.ts")).play },
  { name: "progress", summary: "what you have played, and how it went", load: async () => (await import("./progress.ts")).progress },
  { name: "demo", summary: "watch a scenario broken, traced and mended", load: async () => (await import("./demo.ts")).demo },
  { name: "up", summary: "start a scenario or a world and keep it running", load: async () => (await import("./up.ts")).up },
  { name: "run", summary: "run a command on a host of a running range", load: async () => (await import("./run.ts")).run },
  { name: "shell", summary: "sit down at a host of a running range", load: async () => (await import("./shell.ts")).shell },
  {
    name: "ticket",
    summary: "what was reported in a running range, and the goals",
    load: async () => (await import("./ticket.ts")).ticket,
  },
  { name: "pin", summary: "run a command and keep what it prints as evidence", load: async () => (await import("./pin.ts")).pin },
  { name: "pins", summary: "the evidence that was kept in a running range", load: async () => (await import("./pins.ts")).pins },
  { name: "hint", summary: "the next hint, in a running range", load: async () => (await import("./hint.ts")).hint },
  {
    name: "diagnose",
    summary: "say what is wrong in a running range, and where",
    load: async () => (await import("./diagnose.ts")).diagnose,
  },
  { name: "escalate", summary: "write to other people, with what is pinned", load: async () => (await import("./escalate.ts")).escalate },
  { name: "answer", summary: "answer a question among the goals", load: async () => (await import("./answer.ts")).answer },
  { name: "check", summary: "judge a running range by its objectives and guards", load: async () => (await import("./check.ts")).check },
  { name: "reply", summary: "tell your user how it was, and close the ticket", load: async () => (await import("./reply.ts")).reply },
  { name: "reset", summary: "begin a running range again as it was", load: async () => (await import("./reset.ts")).reset },
  {
    name: "give-up",
    summary: "end the session in a running range, and see how it was",
    load: async () => (await import("./give-up.ts")).giveUp,
  },
  { name: "inject", summary: "break a running range (for instructors)", load: async () => (await import("./inject.ts")).inject },
  { name: "mend", summary: "take out what was injected (for instructors)", load: async () => (await import("./mend.ts")).mend },
  { name: "ps", summary: "running ranges", load: async () => (await import("./ps.ts")).ps },
  { name: "down", summary: "stop a running range, or all", load: async () => (await import("./down.ts")).down },
  { name: "export", summary: "write a lab that plain docker compose starts", load: async () => (await import("./export.ts")).exportLab },
  { name: "prove", summary: "prove that scenarios are honest (for authors)", load: async () => (await import("./prove.ts")).prove },
  {
    name: "images",
    summary: "the docker engine's images: build, list, save, load",
    load: async () => (await import("./images.ts")).images,
  },
  { name: "doctor", summary: "what this machine and this build can do", load: async () => (await import("./doctor.ts")).doctor },
];
