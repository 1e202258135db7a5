import { checks } from "../checks/registry.ts";
import { compileEffect } from "../daemons/effects.ts";
import { daemons } from "../daemons/registry.ts";
import { causes } from "../faults/causes.ts";
import { faults } from "../faults/registry.ts";
import type { Catalogue } from "./load-catalogue.ts";

/** Everything that scenarios of this installation may name. */
export const catalogue: Catalogue = { daemons, faults, causes, checks, compileEffect };
