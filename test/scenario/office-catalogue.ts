import { createRegistry } from "../../src/base/registry.ts";
import { checks } from "../../src/checks/registry.ts";
import { bind } from "../../src/daemons/bind/bind.ts";
import { compileEffect } from "../../src/daemons/effects.ts";
import { postfix } from "../../src/daemons/postfix/postfix.ts";
import { causes } from "../../src/faults/causes.ts";
import { faults } from "../../src/faults/registry.ts";
import type { AnyDaemon, Catalogue } from "../../src/scenario/load-catalogue.ts";
import { standInDovecot, standInRspamd } from "./stand-in-daemons.ts";

export const catalogue: Catalogue = {
  daemons: createRegistry("daemon", [bind as AnyDaemon, postfix as AnyDaemon, standInDovecot, standInRspamd]),
  faults,
  causes,
  checks,
  compileEffect,
};
