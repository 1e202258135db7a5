import { askRange } from "../session/range-client.ts";
import type { JudgedItem } from "../session/range-protocol.ts";
import { runtimeFolder } from "../session/runtime-folder.ts";
import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";

/** `maildrill check <range>`: are all objectives reached, do all guards hold? Exit 1 when not. */
export const check: CliCommand = {
  define: (command) => {
    command.argument("<range>", "its name, see maildrill ps").option("--json", "print one JSON document");
  },
  run: async (context, [range], options) => {
    const { solved, items } = await askRange(runtimeFolder(context.env), String(range), { verb: "check" });
    if (options.json === true) context.stdout.write(`${JSON.stringify({ solved, items }, null, 2)}\n`);
    else {
      for (const item of items) context.stdout.write(itemText(item));
      context.stdout.write(solved ? "\nAll of it holds.\n" : "\nNot yet.\n");
    }
    return solved ? exit.done : exit.no;
  },
};

const marks: Readonly<Record<JudgedItem["status"], string>> = { pass: "[ok]  ", fail: "[no]  ", pending: "[wait]" };

function itemText({ kind, title, status, says, evidence }: JudgedItem): string {
  const head = `${marks[status]} ${kind === "guard" ? `guard: ${title}` : title}\n`;
  if (status === "pass") return head;
  return `${head}       ${says}\n${evidence
    .flatMap((text) => text.split("\n"))
    .map((line) => `       | ${line}\n`)
    .join("")}`;
}
