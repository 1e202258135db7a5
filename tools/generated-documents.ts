import { catalogue } from "../src/scenario/catalogue.ts";
import { referencePages } from "./reference-pages.ts";

/** Path → text of every file that `npm run generate` writes; `npm run check` says which are stale. */
export function generatedDocuments(): Readonly<Record<string, string>> {
  return referencePages(catalogue);
}
