import { describe, expect, test } from "vitest";
import { replayScan } from "./recorded-scan.ts";

/** Flows in which the real Rspamd had something to judge. */
const flows = [
  "dkim-broken",
  "dkim-broken-via-thicket",
  "dkim-good",
  "dkim-good-via-thicket",
  "dkim-no-key",
  "dkim-wrong-key",
  "dmarc-absent",
  "dmarc-misaligned",
  "dmarc-none",
  "dmarc-quarantine",
  "filter-distrusts-mx2",
  "good-brook-to-meadow",
  "good-thicket-to-meadow",
  "good-two-recipients",
  "gtube",
  "gtube-outbound",
  "rspamd-add-header",
  "rspamd-greylist-score",
  "rspamd-rejects-ham",
  "rspamd-soft-reject",
  "spf-fail-no-dmarc-policy",
  "spf-include-missing",
  "spf-missing-ip",
  "spf-neutral",
  "spf-none",
  "spf-softfail",
  "spf-syntax",
  "spoof",
];

describe("rspamd.log of flows recorded on the real programs", () => {
  test.each(flows)("%s", { timeout: 30_000 }, async (name) => {
    const { expected, got, marks } = await replayScan(name);
    expect(expected.length).toBeGreaterThan(5);
    expect(got).toEqual(expected);
    expect(marks.got).toEqual(marks.expected);
  });
});
