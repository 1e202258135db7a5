import { describe, expect, test } from "vitest";
import { openEmbeddedEngine } from "../../src/engines/embedded/standard.ts";
import { catalogue } from "../../src/scenario/catalogue.ts";
import { findScenario, loadLibrary, readScenarioFiles } from "../../src/scenario/load-library.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { setStage } from "../../src/scenario/stage.ts";
import { variantsOf } from "../../src/scenario/variant.ts";

const library = loadLibrary(readScenarioFiles("."), catalogue);
const [refused, putOff] = variantsOf(findScenario(library, "mailbox-over-quota") as Scenario) as [Scenario, Scenario];

/** What lies in the sender's mailbox, and the text of the report there. */
async function reportsTo(scenario: Scenario, seed: number) {
  const stage = await setStage(scenario, openEmbeddedEngine(), catalogue, { seed });
  const address = stage.compiled.mail[0]?.message.from ?? "";
  const { messages } = await stage.range.ask({ ask: "mailbox", host: "sender", address });
  const { stdout } = await stage.range.run("sender", "cat /var/mail/vhosts/*/*/new/*");
  await stage.range.down();
  return { messages, stdout, to: stage.compiled.mail[0]?.message.to[0] };
}

describe("mail for a full mailbox", () => {
  test("that is refused: the mailbox host's report reaches the sender", async () => {
    const { messages, stdout, to } = await reportsTo(refused, 3);
    expect(messages).toMatchObject([{ subject: "Undelivered Mail Returned to Sender" }]);
    expect(messages[0]?.from).toContain("MAILER-DAEMON");
    expect(stdout).toContain(`Final-Recipient: rfc822; ${to}`);
    expect(stdout).toContain("Action: failed");
    expect(stdout).toContain("Status: 5.2.2");
    expect(stdout).toMatch(/Reporting-MTA: dns; mailbox\./);
    expect(stdout.replaceAll(/\n\s+/g, " ")).toContain(
      `Diagnostic-Code: smtp; 552 5.2.2 <${to}> Quota exceeded (mailbox for user is full)`,
    );
  });

  test("that is put off: nobody is told", async () => {
    expect((await reportsTo(putOff, 3)).messages).toEqual([]);
  });
});
