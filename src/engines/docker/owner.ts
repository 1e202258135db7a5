import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * A process, told from every other one that had or will have its number: machine, boot, process namespace, process id and
 * start time, with `/` between them. Written on every object of a range, so that a later process sees whether the range's
 * keeper is still there.
 */
export type Owner = string;

/** What is known about an owner: `foreign` is one that cannot be seen from here (another machine, another namespace). */
export type Life = "alive" | "dead" | "foreign";

/** The owner that a process of this machine is. @param pid by default this very process */
export function ownerOf(pid = process.pid): Owner {
  return [hostname(), bootId(), processNamespace(), pid, startedAt(pid) ?? "-"].join("/");
}

/** Whether the process that `owner` names still runs. */
export function lifeOf(owner: Owner): Life {
  const [machine, boot, namespace, pid = "", started] = owner.split("/");
  if (boot !== bootId()) return machine === hostname() ? "dead" : "foreign";
  if (namespace !== processNamespace()) return "foreign";
  const now = startedAt(Number(pid));
  if (now !== undefined) return now === started ? "alive" : "dead";
  return started === "-" && answersSignal(Number(pid)) ? "alive" : "dead";
}

/** The host name of the owner's machine: for a process in a container, the container's id unless somebody named it. */
export function machineOf(owner: Owner): string {
  return owner.split("/")[0] ?? "";
}

function bootId(): string {
  return readOr("/proc/sys/kernel/random/boot_id", "-");
}

function processNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "-";
  }
}

/** Clock ticks between the machine's boot and the process's start, as text (proc(5), field 22); undefined for no such process. */
function startedAt(pid: number): string | undefined {
  // The command's name in brackets may hold anything; fields are counted from its end.
  const stat = readOr(`/proc/${pid}/stat`, "");
  return stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .at(19);
}

/** Where there is no /proc. */
function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return otherwise;
  }
}
