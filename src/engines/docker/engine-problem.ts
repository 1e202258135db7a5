import type { Problem } from "../../base/problem.ts";

/** What dockerode's errors carry: an HTTP status and a reason, or the code of a failed system call. */
interface EngineError {
  readonly statusCode?: number;
  readonly code?: string;
  readonly message?: string;
  readonly json?: { readonly message?: string };
}

const withoutDocker = "Leave --engine out: the embedded engine needs nothing installed. `maildrill doctor` says what is there.";

/**
 * What a failed call of the engine means for the person in front of it.
 * @param error what dockerode threw. @param where the address of the engine, where it was given
 */
export function engineProblem(error: unknown, where = "the local socket"): Problem {
  const { code, statusCode, message = "", json } = error as EngineError;
  const said = (json?.message ?? message).trim();
  switch (code) {
    case "ENOENT":
    case "ECONNREFUSED":
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
      return { code: "engine-missing", message: `No Docker engine answers at ${where} (${code}).`, hint: `Start Docker. ${withoutDocker}` };
    case "EACCES":
    case "EPERM":
      return {
        code: "engine-forbidden",
        message: `The Docker engine at ${where} may not be used by this user (${code}).`,
        hint: `Join the group \`docker\` (sudo usermod -aG docker $USER, then log in again). ${withoutDocker}`,
      };
    case "ECONNRESET":
    case "EPIPE":
      return {
        code: "engine-gone",
        message: "The Docker engine went away in the middle.",
        hint: "Start it again; what was left behind is swept at the next start.",
      };
  }
  return { ...meaningOf(said, statusCode) };
}

/** Patterns of what the engine says, and what they mean; the first that matches counts. */
const meanings: readonly { readonly says: RegExp; readonly code: string; readonly message: string; readonly hint: string }[] = [
  {
    says: /no space left on device/i,
    code: "engine-disk-full",
    message: "The disk of the Docker engine is full",
    hint: "Make room (`docker system df` shows what uses it, `docker system prune` frees it).",
  },
  {
    says: /no such image/i,
    code: "image-missing",
    message: "An image is missing on the Docker engine",
    hint: "Build the images (maildrill images build), or load them from a file (maildrill images load FILE).",
  },
  {
    says: /pool overlaps|address space.*(full|exhausted)|no available network|overlapping IPv4|conflicts with network/i,
    code: "address-taken",
    message: "The address block was taken by another network in the meantime",
    hint: "Try again; `docker network ls` shows the networks, `maildrill down --all` ends ranges.",
  },
  {
    says: /cgroup|rlimit|pids limit|memory limit/i,
    code: "engine-limits",
    message: "The engine's host does not grant what a host of a range needs",
    hint: "Check the limits of the Docker service and the kernel's cgroups.",
  },
  {
    says: /(cannot allocate memory|out of memory)/i,
    code: "engine-memory",
    message: "The engine's host has no memory left",
    hint: "End other ranges (maildrill down --all), or give Docker more memory.",
  },
];

function meaningOf(said: string, statusCode: number | undefined): Problem {
  const found = meanings.find(({ says }) => says.test(said));
  if (found !== undefined) return { code: found.code, message: `${found.message}: ${said}`, hint: found.hint };
  const status = statusCode === undefined ? "" : ` (status ${statusCode})`;
  return {
    code: "engine-refused",
    message: `The Docker engine refused${status}: ${said || "no reason given"}`,
    hint: "`maildrill doctor` looks at the engine.",
  };
}
