import { readdirSync } from "node:fs";
import { it } from "vitest";
import { replay } from "./recorded-dialogue.ts";

const names = readdirSync(new URL("../../../fixtures/recordings/smtp/", import.meta.url))
  .map((n) => n.replace(".json", ""))
  .filter((n) => !process.env["ONLY"] || n.includes(process.env["ONLY"]));
it("all", { timeout: 600000 }, async () => {
  let same = 0,
    total = 0,
    logs = 0,
    logsame = 0;
  const out: string[] = [];
  for (const name of names) {
    try {
      const r = await replay(name);
      if (typeof r === "string") {
        out.push(`-- ${name}: skipped ${r}`);
        continue;
      }
      for (const x of r.replies) {
        total++;
        if (x.got === x.expected) same++;
        else
          out.push(
            `${name}: sent ${JSON.stringify(x.sent.slice(0, 80))}\n   want ${JSON.stringify(x.expected.slice(0, 300))}\n   got  ${JSON.stringify(x.got.slice(0, 300))}`,
          );
      }
      logs++;
      if (r.log.join("\n") === r.expectedLog.join("\n")) logsame++;
      else {
        out.push(`LOG ${name}`);
        const a = new Set(r.log),
          b = new Set(r.expectedLog);
        for (const l of r.expectedLog) if (!a.has(l)) out.push("   - " + l.slice(0, 260));
        for (const l of r.log) if (!b.has(l)) out.push("   + " + l.slice(0, 260));
      }
    } catch (e) {
      out.push(`!! ${name} ${(e as Error).stack}`);
    }
  }
  console.log(out.join("\n") + `\nreplies ${same}/${total} logs ${logsame}/${logs}`);
});
