/** What a key may set going. Plain data: a screen names the deed, and who runs the session does it. */
export type Deed = ScreenDeed | SessionDeed;

/** Changes what is in front of the learner, and nothing else. */
export type ScreenDeed =
  /** The topmost panel goes away. */
  | { readonly do: "back" }
  /** Another panel is opened; what it shows depends on the session. */
  | { readonly do: "open"; readonly what: PanelName }
  /** The cause lies on this host: which one is it? */
  | { readonly do: "causes"; readonly place: string }
  | { readonly do: "question"; readonly objective: string }
  /** Looks back (negative) or forward in what the shell printed, in screens. */
  | { readonly do: "scroll"; readonly screens: number }
  | { readonly do: "verbatim" }
  | { readonly do: "zoom" | "prefix" | "redraw" | "stop" | "quit" };

/** Concerns the session and its range. */
export type SessionDeed =
  | { readonly do: "begin" | "pin" | "hint" | "check" | "rebuild" | "reset" | "give-up" }
  | { readonly do: "go"; readonly host: string }
  | { readonly do: "diagnose"; readonly place: string; readonly cause: string }
  | { readonly do: "escalate"; readonly party: string }
  | { readonly do: "answer"; readonly objective: string; readonly text: string }
  | { readonly do: "wait"; readonly durationMs: number }
  | { readonly do: "reply"; readonly text: string };

export type PanelName =
  | "keys"
  | "ticket"
  | "goals"
  | "pins"
  | "hints"
  | "places"
  | "hosts"
  | "parties"
  | "questions"
  | "wait"
  | "reply"
  | "reset"
  | "give-up"
  | "stranded"
  | "debrief";
