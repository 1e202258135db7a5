import { describe, expect, it } from "vitest";
import { openOffice } from "./office.ts";

const lunch = "From: dana@brook.example\nTo: alice@meadow.example\nSubject: Lunch\n\nHello.\n";

describe("a mail from brook to thicket", () => {
  it("is delivered and logged as the real programs log it", async () => {
    const office = await openOffice({ hosts: ["sender", "bystander"] });
    const sent = await office.run("sender", "sendmail -f dana@brook.example finn@thicket.example", lunch);
    expect(sent).toEqual({ stdout: "", stderr: "", code: 0 });
    await office.advance(5000);
    expect(office.log("sender").join("\n")).toMatch(/status=sent \(250 2\.0\.0 Ok: queued as [0-9A-F]+\)/);
    expect(office.log("bystander").join("\n")).toContain("status=sent (delivered to maildir)");
    office.down();
  });
});
