import { formatDate } from "../dates.ts";
import { portOf } from "../net/connect.ts";
import { resolvePath } from "../paths.ts";
import { planAuth } from "./auth-plan.ts";
import type { MessagePart, MessagePlan } from "./message.ts";
import type { SwaksOptions } from "./options.ts";
import { SwaksExit, type SwaksPlan } from "./plan.ts";
import type { Preparation } from "./preparation.ts";
import { mailServerFor } from "./server.ts";

/** Real options that the embedded engine does not simulate. */
const notSimulated =
  /^(pipe|socket|prdr|xclient.*|proxy.*|dump|dump-as-body.*|config|copy-routing|auth-map|auth-extra|show-raw-text|tls-(cert|key|protocol|cipher|get-peer-cert|verify|ca-path)|6)$/;

/** Options → plan, with swaks's own complaints. @throws SwaksExit */
export async function prepare(preparation: Preparation): Promise<SwaksPlan> {
  const { call, options, transcript } = preparation;
  const fail = (message: string): never => {
    transcript.say("problem", message);
    throw new SwaksExit(1);
  };
  const unsimulated = options.order.find((name) => notSimulated.test(name));
  if (unsimulated !== undefined) fail(`--${unsimulated} is not simulated on the embedded engine`);
  const last = (name: string): string | undefined => options.values.get(name)?.at(-1);
  const asked = async (name: string, prompt: string, fits: RegExp): Promise<string | undefined> => {
    const value = last(name);
    return value === "" ? preparation.ask(prompt, fits) : value;
  };

  const protocol =
    protocolOf(last("protocol") ?? "esmtp") ?? fail(`Unknown protocol ${last("protocol")?.toLowerCase()} specified, exiting`);
  const stages = stagesOf(last, fail);
  const hostName = call.machine.name;
  const from = (await asked("from", "From: ", /^.*$/)) || `root@${hostName}`;
  const helo = (await asked("helo", "Helo: ", /^.*$/)) || hostName;
  const given = parseServer((await asked("server", "Server: ", /^.*$/)) ?? "", (await asked("port", "Port: ", /^\w+$/)) ?? "");
  let to = await asked("to", "To: ", /^.+$/);
  if (to === undefined && !(stages.serverOnly && given.server !== "")) to = await preparation.ask("To: ", /^.+$/);
  const server = given.server || (await mailServerFor(call.machine, to ?? ""));
  const tls = tlsOf(options, protocol.tls);
  const port = given.port === "" ? (protocol.name === "lmtp" ? 24 : tls === "on-connect" ? 465 : 25) : portOf(given.port);
  const envelopeFrom = from === "<>" ? "" : from;
  return {
    server,
    port: port ?? fail(`unable to resolve service name ${given.port} into a port, exiting`),
    localAddress: last("local-interface") || undefined,
    from: envelopeFrom,
    to: to ?? "",
    helo,
    protocol: protocol.name,
    timeoutSeconds:
      secondsOf((await asked("timeout", "Timeout: ", /^\d+[hms]?$/i)) ?? "30s") ?? fail(`Unknown timeout format '${last("timeout")}'`),
    quitAfter: stages.quitAfter,
    dropAfter: stages.dropAfter,
    dropAfterSend: stages.dropAfterSend,
    tls,
    tlsServerName: last("tls-sni"),
    auth: await planAuth(preparation, protocol.auth),
    pipeline: options.values.has("pipeline"),
    suppressData: options.values.has("suppress-data"),
    timeLapse: timeLapseOf(last("show-time-lapse"), fail),
    message: await planMessage(preparation, envelopeFrom, to ?? "", fail),
  };
}

type Fail = (message: string) => never;

function protocolOf(
  text: string,
): { readonly name: SwaksPlan["protocol"]; readonly auth: boolean; readonly tls: "" | "start" | "connect" } | undefined {
  const match = /^(ssmtp|e?smtp|lmtp)(s?)(a?)$/.exec(text.toLowerCase());
  if (match === null) return undefined;
  const [, base = "", secure = "", auth = ""] = match;
  if (base === "ssmtp") return secure === "" ? { name: "esmtp", auth: auth !== "", tls: "connect" } : undefined;
  if (base === "smtp") return auth === "" ? { name: "smtp", auth: false, tls: secure === "" ? "" : "connect" } : undefined;
  return { name: base as "esmtp" | "lmtp", auth: auth !== "", tls: secure === "" ? "" : "start" };
}

interface Stages {
  readonly quitAfter: string;
  readonly dropAfter: string;
  readonly dropAfterSend: string;
  /** No recipient is needed. */
  readonly serverOnly: boolean;
}

const stageNames = ["connect", "first-helo", "tls", "helo", "auth", "mail", "rcpt", "xclient", "data", "dot"];
const stageAliases: Readonly<Record<string, string>> = {
  ...{
    ehlo: "helo",
    lhlo: "helo",
    "first-ehlo": "first-helo",
    "first-lhlo": "first-helo",
    starttls: "tls",
    banner: "connect",
    from: "mail",
    to: "rcpt",
  },
};

function stagesOf(last: (name: string) => string | undefined, fail: Fail): Stages {
  let serverOnly = false;
  const stage = (option: string): string => {
    const value = last(option)?.toLowerCase();
    if (value === undefined || value === "") return "";
    const name = stageAliases[value] ?? value;
    const illegal = option === "quit-after" && (name === "data" || name === "dot");
    if (!stageNames.includes(name) || illegal) fail(`Unknown ${option.replaceAll("-", "_")} value ${name}, exiting`);
    if (!["rcpt", "data", "dot"].includes(name)) serverOnly = true;
    return name;
  };
  const stages = { quitAfter: stage("quit-after"), dropAfter: stage("drop-after"), dropAfterSend: stage("drop-after-send") };
  return { ...stages, serverOnly };
}

function tlsOf({ values }: SwaksOptions, protocol: "" | "start" | "connect"): SwaksPlan["tls"] {
  if (values.has("tls-on-connect")) return "on-connect";
  if (values.has("tls-optional-strict")) return "strict";
  if (values.has("tls-optional")) return "optional";
  if (values.has("tls") || protocol === "start") return "required";
  return protocol === "connect" ? "on-connect" : "no";
}

function timeLapseOf(value: string | undefined, fail: Fail): SwaksPlan["timeLapse"] {
  if (value === undefined) return undefined;
  if (value !== "" && !/^i/i.test(value)) fail(`Unknown argument '${value}' to option show-time-lapse, exiting`);
  return value === "" ? "hires" : "integer";
}

function secondsOf(text: string): number | undefined {
  const match = /^(\d+)([hms])?$/i.exec(text);
  return match === null ? undefined : Number(match[1]) * ({ h: 3600, m: 60 }[match[2]?.toLowerCase() ?? ""] ?? 1);
}

/** `host:port`, `[host]:port`, `host/port`, `[host]`, `host`; a port of its own comes from --port. */
export function parseServer(server: string, port: string): { readonly server: string; readonly port: string } {
  const match = /^\[([^\]]+)\]:(.*)$/.exec(server) ?? /^([^:]+):([^:]+)$/.exec(server) ?? /^\[?([^/\]]*)\]?\/(\w+)$/.exec(server);
  if (match !== null) return { server: match[1] ?? "", port: match[2] ?? "" };
  return { server: /^\[([^\]]+)\]$/.exec(server)?.[1] ?? server, port };
}

async function planMessage(preparation: Preparation, from: string, to: string, fail: Fail): Promise<MessagePlan> {
  const { call, options } = preparation;
  const { machine } = call;
  const now = machine.clock.now();
  const pid = machine.newPid();
  const content = contentReader(preparation, fail);
  const bodyText = options.values.get("body")?.at(-1);
  const template = options.values.get("data")?.at(-1);
  const data =
    template === undefined ? undefined : await content("data", template === "" ? await preparation.ask("Data: ", /^.*$/) : template);
  return {
    template: data,
    body:
      bodyText === undefined
        ? "This is a test mailing"
        : await content("body", bodyText === "" ? await preparation.ask("Body: ", /.+/) : bodyText),
    parts: await planParts(preparation, content),
    addedHeaders: options.values.get("add-header") ?? [],
    replacedHeaders: options.values.get("header") ?? [],
    from,
    to,
    date: formatDate("%a, %d %b %Y %H:%M:%S +0000", now),
    messageId: `${formatDate("%Y%m%d%H%M%S", now)}.${String(pid).padStart(6, "0")}@${machine.name}`,
    pid,
    fixUp: !options.values.has("no-data-fixup"),
    stripFrom: !options.values.has("no-strip-from"),
  };
}

type ContentReader = (option: string, value: string) => Promise<string>;

/** `-` is stdin, `@file` a file, `@@` a literal @; a file's name alone is taken too, with a warning. Answers Latin-1 text. */
function contentReader({ call, options, transcript }: Preparation, fail: Fail): ContentReader {
  let stdin: string | undefined;
  const readInput = async (): Promise<string> => {
    if (call.console === undefined || call.stdin !== "") return call.stdin;
    let typed = "";
    for (let line = await call.console.read(); line !== undefined; line = await call.console.read()) typed += line;
    return typed;
  };
  const file = (name: string): string | undefined => {
    try {
      const bytes = call.machine.files.readBytes(resolvePath(call.cwd, name));
      return bytes === undefined ? undefined : Buffer.from(bytes).toString("latin1");
    } catch {
      return undefined;
    }
  };
  return async (option, value) => {
    const as = options.givenAs.get(option) ?? option;
    const latin1 = Buffer.from(value, "utf8").toString("latin1");
    if (value === "-") {
      stdin ??= Buffer.from(await readInput(), "utf8").toString("latin1");
      return stdin;
    }
    if (value.startsWith("@@")) return latin1.slice(1);
    if (value.startsWith("@")) {
      return (
        file(value.slice(1)) ??
        fail(`Option processing error: file ${value.slice(1)} not openable for option ${as} (No such file or directory)`)
      );
    }
    if (option === "data" && /\\n|\n|%NEWLINE%/.test(value)) return latin1;
    const inferred = file(value);
    if (inferred === undefined && option !== "data") return latin1;
    const hint = "will be removed in the future.  Prefix filenames with '@' instead.";
    transcript.say("problem", `DEPRECATION WARNING: Inferring a filename from the argument to --${as} ${hint}`);
    return inferred ?? fail(`${as} option appears to be a file but is not openable: ${value} (No such file or directory)`);
  };
}

async function planParts({ options }: Preparation, content: ContentReader): Promise<readonly MessagePart[]> {
  const parts: MessagePart[] = [];
  const taken = new Map<string, number>();
  let type: string | undefined;
  let name: string | undefined;
  for (const option of options.order.filter((given) => given.startsWith("attach"))) {
    const at = taken.get(option) ?? 0;
    taken.set(option, at + 1);
    const value = options.values.get(option)?.[at] ?? "";
    if (option === "attach-type") type = value;
    else if (option === "attach-name") name = value;
    else if (option === "attach-body") {
      parts.push({ kind: "body", content: await content(option, value), type });
      [type, name] = [undefined, undefined];
    } else {
      const text = await content(option, value);
      const fromFile =
        value !== "-" && !value.startsWith("@@") && (value.startsWith("@") || text !== Buffer.from(value, "utf8").toString("latin1"));
      const fileName = fromFile ? value.replace(/^@/, "").split("/").at(-1) : undefined;
      parts.push({ kind: "attachment", content: text, type, name: name ?? fileName });
      name = undefined;
    }
  }
  return parts;
}
