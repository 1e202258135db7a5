import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Office } from "../postfix/office.ts";
import { filteredZone, normalised, openFilteredOffice, rspamdLines } from "./recorded-scan.ts";

interface Recording {
  readonly logs: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** Process ids and tags gone; lines of one second in no order, for the real processes race. */
function shape(lines: readonly string[]): readonly string[] {
  return (
    lines
      .map((line) =>
        line
          .replace(/\n$/, "")
          .replace(/^\S+ \S+ #\d+/, "#")
          .replace(/<[0-9a-z]{6}>/, "<tag>")
          .replace(/(process|pid|worker) \d+/g, "$1 P"),
      )
      // The recorded one lacked a function that multimap wants; hyperscan files of older rules lay around.
      .filter((line) => !line.includes("multimap") && !line.includes("stale hyperscan"))
      .sort()
  );
}

function recorded(name: string): readonly string[] {
  const path = new URL(`../../../fixtures/recordings/command/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as Recording).logs.filter?.["/var/log/rspamd/rspamd.log"] ?? [];
}

async function withOffice(files: Readonly<Record<string, string>>, body: (office: Office) => Promise<void>): Promise<void> {
  const office = await openFilteredOffice(filteredZone, { filter: files });
  try {
    await office.advance(3000);
    await body(office);
  } finally {
    office.down();
  }
}

async function mailFromBrook(office: Office, text: string): Promise<void> {
  await office.run("sender", "sendmail -f dana@brook.example alice@meadow.example", text);
  await office.advance(5000);
}

describe("a running Rspamd", () => {
  test("starts with the lines of the real one", async () => {
    await withOffice({}, async (office) => {
      expect(shape(rspamdLines(office))).toEqual(shape(recorded("rspamc-down")));
    });
  });

  test("stops with the lines of the real one", async () => {
    await withOffice({}, async (office) => {
      const start = rspamdLines(office).length;
      office.range.machine("filter").services.stop("rspamd");
      expect(shape(rspamdLines(office).slice(start))).toEqual(shape(recorded("rspamd-broken-syntax")));
    });
  });

  test("does not start with a file that it cannot read, and a reload keeps the old settings", async () => {
    await withOffice({}, async (office) => {
      const machine = office.range.machine("filter");
      machine.files.write("/etc/rspamd/local.d/options.inc", 'local_addrs = ["127.0.0.0/8";\n');
      const start = rspamdLines(office).length;
      machine.services.reload("rspamd");
      expect(shape(rspamdLines(office).slice(start))).toEqual([
        "#(main) <tag>; main; reread_config: cannot parse new config file, revert to old one",
        "#(main) <tag>; main; rspamd_hup_handler: restore old workers with a old config",
        "#(main) <tag>; main; rspamd_hup_handler: rspamd 3.4 is requested to reload configuration",
        "#(main) cfg; rspamd_config_read: failed to load config: ucl parser error: /etc/rspamd/local.d/options.inc:2 unmatched open brace at 1; ",
      ]);
      await mailFromBrook(office, "From: dana@brook.example\n\nx\n");
      expect(rspamdLines(office).at(-1)).toContain("finished milter connection");
      machine.services.stop("rspamd");
      expect(machine.services.start("rspamd")).toContain("failed to load config: ucl parser error: /etc/rspamd/local.d/options.inc:2");
      expect(machine.services.state("rspamd")).toBe("failed");
      expect(await office.run("filter", "rspamadm configtest")).toEqual({
        stdout: "syntax BAD\n",
        stderr: "failed to load config: ucl parser error: /etc/rspamd/local.d/options.inc:2 unmatched open brace at 1; \n",
        code: 1,
      });
    });
  });

  test("lets mail pass that it cannot judge while name servers are silent", async () => {
    const office = await openFilteredOffice(filteredZone, { filter: {} });
    try {
      await office.advance(3000);
      office.range.machine("filter").files.write("/etc/resolv.conf", "nameserver 198.51.100.99\n");
      office.range.machine("filter").services.reload("rspamd");
      await office.run("sender", "sendmail -f dana@brook.example alice@meadow.example", "From: dana@brook.example\n\nx\n");
      await office.advance(20_000);
      const verdict = normalised(rspamdLines(office).find((line) => line.includes("task_write_log")) ?? "");
      expect(verdict).toContain("(default: F (no action): [0.00/15.00]");
      expect(verdict).toContain("R_SPF_DNSFAIL(0.00){temporary DNS error;}");
    } finally {
      office.down();
    }
  });

  test("one seed gives one log", async () => {
    const logs: string[] = [];
    for (let run = 0; run < 2; run++) {
      await withOffice({}, async (office) => {
        await mailFromBrook(office, "From: dana@brook.example\n\nx\n");
        logs.push(rspamdLines(office).join("\n"));
      });
    }
    expect(logs[0]).toBe(logs[1]);
  });

  test("what a fork needs can be cloned", async () => {
    await withOffice({}, async (office) => {
      await mailFromBrook(office, "From: dana@brook.example\n\nx\n");
      const memory = office.range.machine("filter").services.program("rspamd")?.memory?.();
      expect(structuredClone(memory)).toEqual(memory);
      expect(memory).toMatchObject({ statistics: { actions: { "no action": 1 } } });
    });
  });
});

describe("rspamc", () => {
  test("prints a verdict as the real one does", async () => {
    await withOffice({}, async (office) => {
      const mail =
        "From: Dana <dana@brook.example>\nTo: Alice <alice@meadow.example>\nSubject: Lunch\nMessage-ID: <lunch@brook.example>\n\nNoon?\n";
      const scan = async (line: string): Promise<string> =>
        (await office.run("filter", line, mail)).stdout.replace(/\([\d.]+ seconds\)/, "(T seconds)");
      expect(await scan("rspamc -i 203.0.113.10 -F dana@brook.example -r alice@meadow.example --helo mail.brook.example")).toBe(
        `Results for file: stdin (T seconds)
[Metric: default]
Action: no action
Spam: false
Score: -0.70 / 15.00
Symbol: DMARC_POLICY_ALLOW (-0.50)[brook.example, reject]
Symbol: R_DKIM_NA (0.00)
Symbol: R_SPF_ALLOW (-0.20)[+mx]
Message-ID: lunch@brook.example

`,
      );
      expect(await scan("rspamc symbols")).toBe(
        `Results for file: stdin (T seconds)
[Metric: default]
Action: reject
Spam: true
Score: 15.00 / 15.00
Symbol: DMARC_POLICY_REJECT (2.00)[brook.example : No valid SPF, No valid DKIM, reject]
Symbol: R_DKIM_NA (0.00)
Message-ID: lunch@brook.example
Message - smtp_message: Action set by DMARC

`,
      );
    });
  });

  test("says so when nobody listens, and takes an unknown word for a file", async () => {
    await withOffice({}, async (office) => {
      expect(await office.run("filter", "rspamc ping")).toMatchObject({ stdout: "", stderr: "cannot stat file ping\n", code: 1 });
      office.range.machine("filter").services.stop("rspamd");
      expect(await office.run("filter", "rspamc stat")).toMatchObject({
        stdout: "Results for command: stat (0 seconds)\nIO write error: Connection refused\n\n",
        code: 1,
      });
    });
  });
});
