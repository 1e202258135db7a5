import type { Blueprint } from "./blueprint.ts";
import type { SourcedMap, SourceFile } from "./load-source.ts";
import type { ScenarioText } from "./schema-scenario.ts";

/** The files of one scenario's folder. */
export interface ScenarioFolder {
  /** The folder's name, which is the scenario's id. */
  readonly name: string;
  readonly scenario: SourceFile;
  readonly ticket?: SourceFile;
  readonly debrief?: SourceFile;
  /** `debrief.<variant>.md`: how the debrief begins in a variant. */
  readonly variantDebriefs?: ReadonlyMap<string, SourceFile>;
}

/** A loaded scenario: valid as it stands, with its placeholders still open because they depend on seed and addresses. */
export interface Scenario {
  readonly id: string;
  readonly text: ScenarioText;
  /** The same with places, for compiling. */
  readonly source: SourcedMap;
  readonly blueprint: Blueprint;
  /** What the user writes; Markdown. */
  readonly ticket: SourceFile;
  /** What is told afterwards; Markdown. */
  readonly debrief: SourceFile;
  /** Which of a scenario's variants this is; absent where it has none, or stands for all of them. */
  readonly variant?: string;
  /** Empty, or at least two with the same ticket: `variantFor` decides which one a learner meets. */
  readonly variants: readonly Scenario[];
}
