import type { Finding } from "../engines/docker/findings.ts";
import type { CliCommand } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import { openLibrary } from "./library.ts";
import { openLabs } from "./list.ts";
import { printProblems } from "./print-problems.ts";

/**
 * `maildrill doctor`: what this machine and this installation can do, and what is wrong with it. Exit 1 when something is wrong with
 * the installation; a machine without a usable Docker engine still has the embedded one.
 */
export const doctor: CliCommand = {
  define: (command) => {
    command.option("--json", "print one JSON document");
  },
  run: async (context, _args, options) => {
    const library = openLibrary(context);
    const labs = openLabs(context, library);
    const problems = [...library.problems, ...labs.problems];
    const docker = await (await import("../engines/docker/doctor.ts")).examineDocker(context.env);
    const report = {
      node: context.node.version,
      engines: { embedded: true, docker: isUsable(docker) },
      docker,
      scenarios: library.scenarios.length,
      labs: labs.labs.length,
      worlds: [...library.worlds.keys()],
    };
    if (options.json === true) context.stdout.write(`${JSON.stringify({ ...report, problems }, null, 2)}\n`);
    else {
      context.stdout.write(`node        ${report.node}\n`);
      context.stdout.write("embedded    ready: needs nothing installed\n");
      printDocker(context, docker);
      context.stdout.write(`scenarios   ${report.scenarios}, labs ${report.labs}, worlds ${report.worlds.join(", ")}\n`);
      printProblems(problems, context);
      if (problems.length === 0) context.stdout.write(isClean(docker) ? "All is well.\n" : "The installation is well.\n");
    }
    return problems.length === 0 ? exit.done : exit.no;
  },
};

function isUsable(docker: readonly Finding[]): boolean {
  return docker.every(({ status }) => status !== "problem");
}

function isClean(docker: readonly Finding[]): boolean {
  return docker.every(({ status }) => status === "ok");
}

const marks = { ok: " ", warning: "!", problem: "x" } as const;

function printDocker({ stdout }: CliContext, docker: readonly Finding[]): void {
  stdout.write(`docker      ${isUsable(docker) ? "ready" : "cannot be used; the embedded engine does without it"}\n`);
  for (const { about, status, says, hint } of docker) {
    stdout.write(`  ${marks[status]} ${about.padEnd(10)} ${says}\n`);
    if (hint !== undefined) stdout.write(`               ${hint}\n`);
  }
}
