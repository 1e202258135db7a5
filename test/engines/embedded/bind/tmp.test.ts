import { it } from "vitest";
import { dnsRange } from "./dns-range.ts";
it("x", async () => {
  const r = dnsRange();
  for (const [h,l] of [["desk","dig meadow.example MX"],["desk","dig -x 203.0.113.19"],["desk","dig +trace meadow.example MX"],["desk","dig @203.0.113.18 brook.example MX"],["desk","host meadow.example"],["desk","nslookup -type=MX meadow.example"],["ns1","rndc status"],["ns1","named-checkzone -D meadow.example /etc/bind/db.meadow.example"],["ns1","rndc reload"]] as const) {
    const x = await r.run(h,l); console.log("$ "+l+"\n"+x.stdout+x.stderr+"["+x.code+"]");
  }
  for (const h of ["internet","ns1","resolver"]) console.log(h+"\n"+r.log(h).join("\n"));
});
