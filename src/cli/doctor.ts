import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";
import { openLibrary } from "./library.ts";
import { openLabs } from "./list.ts";
import { printProblems } from "./print-problems.ts";

/** `maildrill doctor`: what this machine and this installation can do, and what is wrong with it. Exit 1 when something is. */
export const doctor: CliCommand = {
  define: (command) => {
    command.option("--json", "print one JSON document");
  },
  run: async (context, _args, options) => {
    const library = openLibrary(context);
    const labs = openLabs(context, library);
    const problems = [...library.problems, ...labs.problems];
    const report = {
      node: context.node.version,
      engines: { embedded: true, docker: false },
      scenarios: library.scenarios.length,
      labs: labs.labs.length,
      worlds: [...library.worlds.keys()],
    };
    if (options.json === true) context.stdout.write(`${JSON.stringify({ ...report, problems }, null, 2)}\n`);
    else {
      context.stdout.write(`node        ${report.node}\n`);
      context.stdout.write("embedded    ready: needs nothing installed\n");
      context.stdout.write("docker      not in this build\n");
      context.stdout.write(`scenarios   ${report.scenarios}, labs ${report.labs}, worlds ${report.worlds.join(", ")}\n`);
      printProblems(problems, context);
      context.stdout.write(problems.length === 0 ? "All is well.\n" : "");
    }
    return problems.length === 0 ? exit.done : exit.no;
  },
};
