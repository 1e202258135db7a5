import { describe, expect, it } from "vitest";
import { openOffice } from "./office.ts";

/** What a host has said once that it does not simulate. */
async function notices(setting: string): Promise<string> {
  const office = await openOffice({ hosts: ["mx1"] });
  await office.run("mx1", `postconf -e '${setting}' && postfix reload`);
  await office.advance(1000);
  const { stdout } = await office.run("mx1", "cat /var/log/maildrill.log");
  office.down();
  return stdout;
}

describe("a table of a type that is real and not simulated", () => {
  it("is named, because nothing is ever found in it", async () => {
    expect(await notices("transport_maps = hash:/etc/postfix/transport, nis:mail.transport")).toContain("the table nis:mail.transport");
    expect(await notices("virtual_alias_maps = proxy:tcp:127.0.0.1:9999")).toContain("the table proxy:tcp:127.0.0.1:9999");
  });

  it("one that is simulated is not", async () => {
    expect(await notices("transport_maps = hash:/etc/postfix/transport")).not.toContain("the table");
  });
});
