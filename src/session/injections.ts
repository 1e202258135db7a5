import { type Problem, ProblemError } from "../base/problem.ts";
import { unknownId } from "../base/registry.ts";
import { type AnyFault, faults } from "../faults/registry.ts";
import { toJson } from "../scenario/schema-json.ts";
import type { AppliedEffect, Range } from "../world/engine.ts";
import type { Host, World } from "../world/world.ts";

/** A fault that somebody put into a running range, and that nobody has taken out again. Plain data. */
export interface InForce {
  /** From 1 in each range, in the order in which they came. */
  readonly number: number;
  readonly fault: string;
  readonly params: unknown;
}

/** What came of taking a fault out again. */
export interface Mended {
  readonly number: number;
  readonly fault: string;
  /** What was left as it is, because somebody has changed it since; empty where all is as it was. */
  readonly left: readonly Problem[];
}

/** The faults that are put into one running range, and taken out of it again. */
export interface Injections {
  inForce(): readonly InForce[];
  /**
   * @param texts the fault's parameters as typed
   * @throws ProblemError for an unknown fault or wrong parameters, for a fault that has no place in the range or is in force already,
   * and for what the engine cannot do: nothing of it is in force then
   */
  inject(fault: string, texts: Readonly<Record<string, string>>): Promise<InForce>;
  /** Takes out what was injected last under this id. It is out of our hands then, whether or not all of it could be restored. */
  mend(fault: string): Promise<Mended>;
}

interface Injected extends InForce {
  readonly applied: readonly AppliedEffect[];
}

export function createInjections(range: Range): Injections {
  let last = 0;
  let injected: readonly Injected[] = [];
  return {
    inForce: () => injected.map(({ number, fault, params }) => ({ number, fault, params })),
    inject: async (id, texts) => {
      const fault = faults.get(id);
      const params = readParams(fault, texts);
      const same = injected.find((each) => each.fault === id && JSON.stringify(each.params) === JSON.stringify(params));
      if (same !== undefined) throw new ProblemError(alreadyThere(id));
      const effects = fault.effects(params, await worldNow(range));
      if (effects.length === 0) throw new ProblemError(nothingToDo(id));
      const applied: AppliedEffect[] = [];
      try {
        for (const effect of effects) applied.push(await range.apply(effect));
      } catch (error) {
        await takeBack(applied);
        throw error;
      }
      const entry: Injected = { number: ++last, fault: id, params, applied };
      injected = [...injected, entry];
      return { number: entry.number, fault: id, params };
    },
    mend: async (id) => {
      const entry = injected.findLast(({ fault }) => fault === id);
      if (entry === undefined) {
        const known = [...new Set(injected.map(({ fault }) => fault))];
        throw new ProblemError({ ...unknownId("fault in force", id, known), code: "not-injected" });
      }
      const left = await takeBack(entry.applied);
      injected = injected.filter((each) => each !== entry);
      return { number: entry.number, fault: id, left };
    },
  };
}

/** The last effect first. @returns why what was left was left */
async function takeBack(applied: readonly AppliedEffect[]): Promise<Problem[]> {
  const left: Problem[] = [];
  for (const { revert } of applied.toReversed()) {
    const problem = await revert();
    if (problem !== undefined) left.push(problem);
  }
  return left;
}

/** The world with the files that its hosts have at this moment: a fault that is worked out from them meets what stands there now. */
async function worldNow(range: Range): Promise<World> {
  const asItIs = async (host: Host): Promise<Host> => {
    const files: Record<string, string> = {};
    for (const path of Object.keys(host.files)) {
      const { text } = await range.ask({ ask: "file", host: host.key, path });
      if (text !== undefined) files[path] = text;
    }
    return { ...host, files };
  };
  return { ...range.world, hosts: await Promise.all(range.world.hosts.map(asItIs)) };
}

/** One parameter of a fault, as help shows it. */
export interface ParameterHelp {
  readonly name: string;
  readonly about: string;
  readonly required: boolean;
  /** As JSON Schema calls it; a list is typed with commas. */
  readonly type: string;
}

/** What a fault may be told. */
export function parametersOf({ params }: AnyFault): ParameterHelp[] {
  const { properties = {}, required = [] } = toJson(params) as {
    readonly properties?: Readonly<Record<string, { readonly description?: string; readonly type?: string }>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description = "", type = "string" }]) => {
    return { name, about: description, required: required.includes(name), type };
  });
}

/** A fault's parameters from text. Pure. @throws ProblemError with everything that is wrong with them */
export function readParams(fault: AnyFault, texts: Readonly<Record<string, string>>): unknown {
  const known = parametersOf(fault);
  const names = known.map(({ name }) => name);
  const unknown = Object.keys(texts).filter((name) => !names.includes(name));
  const missing = known.filter(({ name, required }) => required && texts[name] === undefined);
  const problems: Problem[] = [
    ...unknown.map((name) => unknownId("parameter", name, names)),
    ...missing.map(({ name, about }) => {
      return { code: "missing-parameter", message: `${fault.id} has to be told its ${name}.`, hint: `Add ${name}=...  ${about}` };
    }),
  ];
  if (problems.length > 0) throw new ProblemError(problems);
  const values = Object.fromEntries(
    known.flatMap(({ name, type }) => (texts[name] === undefined ? [] : [[name, valueOf(texts[name], type)]])),
  );
  const read = fault.params.safeParse(values);
  if (read.success) return read.data;
  throw new ProblemError(
    read.error.issues.map(({ path, message }) => {
      const name = String(path[0] ?? "");
      const about = known.find((parameter) => parameter.name === name)?.about;
      const problem = { code: "bad-parameter", message: `${name}=${texts[name] ?? ""}: ${message}.` };
      return about === undefined ? problem : { ...problem, hint: about };
    }),
  );
}

/** What does not read as the number or word that is wanted stays text: the schema says what is wrong with it. */
function valueOf(text: string, type: string): unknown {
  if (type === "array") return text.split(",").map((part) => part.trim());
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  if ((type === "number" || type === "integer") && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  return text;
}

function alreadyThere(fault: string): Problem {
  const hint = "Mend it first, or give it other parameters.";
  return { code: "already-injected", message: `${fault} is in force there already, with the same parameters.`, hint };
}

function nothingToDo(fault: string): Problem {
  const hint = "Look at the range as it is: maildrill run, maildrill check.";
  return { code: "nothing-to-inject", message: `${fault} would change nothing: it is so already.`, hint };
}
