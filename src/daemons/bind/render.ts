import type { BindSettings, ZoneSettings } from "./settings.ts";

/** The files of /etc/bind as a careful administrator writes them on Debian: options and zones in files of their own. */
export function renderBind(settings: BindSettings): Readonly<Record<string, string>> {
  const hints = settings["root-hints"];
  const include = (file: string): string => `include "/etc/bind/${file}";\n`;
  return {
    "/etc/bind/named.conf": `// ${settings.comment}\n${include("named.conf.options")}${include("named.conf.local")}`,
    "/etc/bind/named.conf.options": optionsText(settings.options),
    "/etc/bind/named.conf.local": localText(settings),
    ...Object.fromEntries(settings.zones.map((zone) => [`/etc/bind/${zone.file}`, zoneText(zone, settings.ttl)])),
    ...(hints === undefined ? {} : { "/etc/bind/db.root": hintsText(hints) }),
  };
}

function optionsText(options: BindSettings["options"]): string {
  const own = Object.entries(options).map(([name, value]) => `\t${name} ${value};\n`);
  return `// How this server behaves and where it logs.
options {
	directory "/var/cache/bind";
	listen-on { any; };
	listen-on-v6 { none; };
	dnssec-validation no;
	querylog yes;
${own.join("")}};

logging {
	channel log_file {
		file "/var/log/named/named.log";
		print-time yes;
		print-category yes;
		print-severity yes;
	};
	category default { log_file; };
};
`;
}

function localText({ zones, "root-hints": hints }: BindSettings): string {
  const block = (name: string, type: string, file: string): string =>
    `zone "${name}" {\n\ttype ${type};\n\tfile "/etc/bind/${file}";\n};\n`;
  const served = zones.length === 0 ? "" : `// Zones served here.\n${zones.map(({ name, file }) => block(name, "primary", file)).join("")}`;
  return served + (hints === undefined ? "" : `// Where the root is.\n${block(".", "hint", "db.root")}`);
}

function hintsText(hints: Readonly<Record<string, string>>): string {
  const column = columnBeyond(Object.keys(hints));
  const lines = Object.entries(hints).flatMap(([name, address]) => [
    `${padded(".", column)}3600000\tIN\tNS\t${name}\n`,
    `${padded(name, column)}3600000\tIN\tA\t${address}\n`,
  ]);
  return `; Root hints.\n${lines.join("")}`;
}

function zoneText({ comment, primary, contact, serial, records }: ZoneSettings, ttl: number): string {
  const groups = records.map((group) => group.map(readRecord));
  // A record that stands alone keeps its own column; the others share one.
  const shared = columnBeyond(groups.filter((group) => group.length > 1).flatMap((group) => group.map(({ name }) => name)));
  const texts = groups.map((group) => {
    const column = group.length > 1 ? shared : columnBeyond(group.map(({ name }) => name));
    return group.map((record) => recordText(record, column)).join("\n");
  });
  return `; ${comment}
$TTL ${ttl}
@	IN	SOA	${primary} ${contact} (
			${serial}	; serial
			3600		; refresh
			600		; retry
			604800		; expire
			60 )		; negative caching
${texts.join("\n\n")}
`;
}

interface RecordText {
  /** "" for the zone itself: the owner of the line before. */
  readonly name: string;
  readonly type: string;
  readonly data: string;
}

function readRecord(text: string): RecordText {
  const [, name = "", type = "", data = ""] = /^(\S+)\s+(\S+)\s+(.*)$/.exec(text) ?? [];
  return { name: name === "@" ? "" : name, type, data };
}

function recordText({ name, type, data }: RecordText, column: number): string {
  return name.startsWith("$") ? `${name} ${type} ${data}` : `${padded(name, column)}IN\t${type}\t${data}`;
}

/** The tab stop behind the longest name; directives have no column. */
function columnBeyond(names: readonly string[]): number {
  return (Math.floor(Math.max(0, ...names.filter((name) => !name.startsWith("$")).map((name) => name.length)) / 8) + 1) * 8;
}

function padded(name: string, column: number): string {
  return name === "" ? "\t" : name + "\t".repeat(Math.ceil((column - name.length) / 8));
}
