import type { Clock, Timer } from "../../base/clock.ts";
import { ProblemError } from "../../base/problem.ts";
import { pathOf } from "../../session/journal/debrief.ts";
import type { JournalEntry } from "../../session/journal/entry.ts";
import { scoreOf } from "../../session/journal/score.ts";
import { pathText, scoreText } from "../../session/journal/score-text.ts";
import type { PlaySession } from "../../session/play-session.ts";
import type { SessionView } from "../../session/session-view.ts";
import type { Panel } from "../panel/panel.ts";
import type { Key } from "../screen/keys.ts";
import type { Surface } from "../surface.ts";
import { act, busyWords } from "./act.ts";
import type { Deed, PanelName, ScreenDeed, SessionDeed } from "./deed.ts";
import { layoutOf, openingModel, type PlayModel } from "./model.ts";
import { causesPanel, marks, panelNamed, questionPanel } from "./panels.ts";
import { PlayScreen } from "./play-screen.tsx";
import type { Shells } from "./shells.ts";
import { press } from "./step.ts";

export interface PlayOptions {
  readonly session: PlaySession;
  readonly shells: Shells;
  readonly engine: string;
  readonly clock: Clock;
  /** The session's journal so far. */
  readonly entries: () => readonly JournalEntry[];
  /** So long a shell is quiet at its prompt before the goals are looked at; longer where looking costs something. */
  readonly settleMs: number;
  /** What went wrong with the journal so far. */
  readonly troubles?: () => readonly string[];
  /** Said in the bottom line at first. */
  readonly notice?: string;
}

/** How often the clock in the header is looked at. */
const clockMs = 2_000;
/** So long a line at the bottom stays when nothing else is said. */
const noticeMs = 12_000;

/** Plays a session on a screen until the learner leaves, it is over, or the keyboard is gone. */
export async function runPlay(surface: Surface, options: PlayOptions): Promise<void> {
  const player = new Player(surface, options);
  try {
    await player.played;
  } finally {
    player.close();
  }
}

/** Holds the model and nothing else that a screen shows; keys go through `press`, deeds to the session. */
class Player {
  readonly played: Promise<void>;
  readonly #surface: Surface;
  readonly #options: PlayOptions;
  readonly #stops: (() => void)[] = [];
  #model: PlayModel;
  #end: () => void = () => {};
  #fail: (error: unknown) => void = () => {};
  #clockTimer: Timer;
  #noticeTimer: Timer;
  #settleTimer: Timer;
  /** Something was typed since the goals were last looked at. */
  #isStale = false;
  #isLooking = false;
  /** A deed is under way; there is never more than one. */
  #isDoing = false;
  /** What was said last of the journal. */
  #trouble = "";

  constructor(surface: Surface, options: PlayOptions) {
    const { session, shells, engine, notice } = options;
    this.#surface = surface;
    this.#options = options;
    const host = session.terminals()?.host() ?? "";
    this.#model = openingModel({ view: session.view(), engine, size: surface.size(), host, time: "" });
    this.played = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
    void surface.ended.then(this.#end);
    shells.onChange({
      changed: (host) => this.#onOutput(host),
      answer: (host, bytes) => {
        if (host === this.#model.host && !this.#isDoing) session.terminals()?.write(bytes);
      },
      ended: () => this.#show(),
    });
    this.#stops.push(
      session.subscribe(() => this.#onSession()),
      surface.hold({ onKey: (key) => this.#guarded(() => this.#onKey(key)), onResize: () => this.#fit() }),
    );
    if (!this.#model.view.may.begin) this.#start({ do: "begin" });
    this.#fit();
    // Shells that were brought back have the size of the window that they were left in.
    if (this.#model.host !== "") session.terminals()?.resize();
    if (notice !== undefined) this.#say(notice);
    this.#tellTime();
  }

  close(): void {
    const { clock, shells } = this.#options;
    for (const stop of this.#stops) stop();
    for (const timer of [this.#clockTimer, this.#noticeTimer, this.#settleTimer]) clock.clearTimeout(timer);
    shells.onChange({ changed: () => {}, answer: () => {}, ended: () => {} });
  }

  /** What goes wrong in a listener ends the play, and the terminal is given back. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #change(change: Partial<PlayModel>): void {
    this.#model = this.#settled({ ...this.#model, ...change });
    this.#show();
  }

  /** Where there is no shell to be at, something else is always in front. */
  #settled(model: PlayModel): PlayModel {
    const { state, may } = model.view;
    if (model.panels.length > 0 || this.#isDoing) return model;
    const what = may.begin ? "ticket" : state === "stranded" ? "stranded" : state === "debrief" ? "debrief" : undefined;
    return what === undefined ? model : { ...model, panels: [this.#panel(what, model)] };
  }

  #panel(what: PanelName, { view, host }: PlayModel): Panel<Deed> {
    const entries = this.#options.entries();
    const ending =
      what === "debrief"
        ? `## Your way\n\`\`\`\n${pathText(pathOf(entries))}\`\`\`\n\n## How it went\n\`\`\`\n${scoreText(scoreOf(entries))}\`\`\``
        : "";
    return panelNamed(what, view, host, ending);
  }

  #show(): void {
    this.#guarded(() => {
      const { shells } = this.#options;
      const { host, panels, size, isZoomed } = this.#model;
      const { shell } = layoutOf(size, isZoomed);
      this.#surface.show(
        PlayScreen({ model: this.#model }),
        panels.length > 0 ? undefined : (grid) => (grid.rows > shell.top + shell.rows ? shells.draw(host, grid, shell) : undefined),
      );
    });
  }

  #fit(): void {
    const { session, shells } = this.#options;
    const size = this.#surface.size();
    const { shell } = layoutOf(size, this.#model.isZoomed);
    // A window that is too small for us is no size for a shell.
    if (shell.columns >= 20 && shell.rows >= 2 && shells.resize(shell)) session.terminals()?.resize();
    this.#change({ size });
  }

  #onKey(key: Key): void {
    const { model, deed, toShell } = press(this.#model, key);
    if (model !== this.#model) this.#change(model);
    if (deed !== undefined) this.#start(deed);
    else if (toShell === true) this.#toShell(key);
  }

  #toShell(key: Key): void {
    const { session, shells } = this.#options;
    const { host } = this.#model;
    if (this.#model.behind > 0) {
      shells.scrollToEnd(host);
      this.#change({ behind: 0 });
    }
    if (shells.isOver(host)) {
      if (key.name === "enter") this.#start({ do: "go", host });
      return;
    }
    if (key.name === "enter" || key.name === "paste") this.#isStale = true;
    session.terminals()?.write(shells.bytesFor(host, key));
  }

  #onOutput(host: string): void {
    if (host !== this.#model.host || this.#model.panels.length > 0) return;
    this.#surface.refresh();
    this.#lookSoon();
  }

  /** Once the shell has come to rest the goals are looked at: a tick goes on, or out, without being asked for. */
  #lookSoon(): void {
    const { clock, settleMs } = this.#options;
    if (!this.#isStale) return;
    clock.clearTimeout(this.#settleTimer);
    this.#settleTimer = clock.setTimeout(() => void this.#look(), settleMs);
  }

  async #look(): Promise<void> {
    const { session } = this.#options;
    const { view } = this.#model;
    if (this.#isLooking || this.#isDoing || !view.may.check || session.terminals()?.atPrompt() !== true) return;
    this.#isStale = false;
    this.#isLooking = true;
    try {
      await session.glance();
      const notice = newsOf(view, session.view());
      if (notice !== undefined) this.#say(notice);
    } catch (error) {
      // An engine that failed shows its own panel.
      if (!(error instanceof ProblemError)) this.#fail(error);
    } finally {
      this.#isLooking = false;
      if (this.#isStale) this.#lookSoon();
    }
  }

  #onSession(): void {
    const { session } = this.#options;
    const view = session.view();
    // A panel of a state that is over makes room for what is now.
    const isOver = view.state !== this.#model.view.state && (view.state === "stranded" || view.state === "debrief");
    const trouble = this.#options.troubles?.().at(-1);
    if (trouble !== undefined && trouble !== this.#trouble) this.#say((this.#trouble = trouble));
    this.#change({ view, host: session.terminals()?.host() ?? "", ...(isOver ? { panels: [] } : {}), time: this.#time() });
  }

  #time(): string {
    const nowMs = this.#options.session.now();
    return nowMs === null ? "" : new Date(nowMs).toISOString().slice(11, 16);
  }

  #tellTime(): void {
    const time = this.#time();
    if (time !== this.#model.time) this.#change({ time });
    this.#clockTimer = this.#options.clock.setTimeout(() => this.#tellTime(), clockMs);
  }

  #say(notice: string): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#noticeTimer);
    this.#noticeTimer = clock.setTimeout(() => this.#drop("notice"), noticeMs);
    this.#change({ notice });
  }

  #drop(what: "notice" | "busy"): void {
    const { [what]: _, ...rest } = this.#model;
    this.#model = rest;
    this.#change({});
  }

  #start(deed: Deed): void {
    this.#drop("notice");
    switch (deed.do) {
      case "zoom":
        this.#model = { ...this.#model, panels: [], isZoomed: !this.#model.isZoomed };
        this.#fit();
        break;
      case "prefix":
        this.#change({ panels: [] });
        this.#options.session.terminals()?.write("\x07");
        break;
      case "scroll":
        this.#change({ panels: [], behind: this.#options.shells.scroll(this.#model.host, deed.screens) });
        break;
      case "redraw":
        this.#surface.redraw();
        break;
      case "stop":
        this.#surface.stop();
        break;
      case "quit":
        this.#end();
        break;
      case "back":
      case "open":
      case "causes":
      case "question":
      case "verbatim":
        this.#change(this.#opened(deed));
        break;
      default:
        void this.#do(deed);
    }
  }

  /** What is in front after a deed that concerns panels only. */
  #opened(deed: Extract<ScreenDeed, { do: "back" | "open" | "causes" | "question" | "verbatim" }>): Partial<PlayModel> {
    const { panels, view } = this.#model;
    switch (deed.do) {
      case "back":
        return { panels: panels.slice(0, -1) };
      case "open":
        // From the list of keys one goes to the panel itself.
        return { panels: [...panels.filter(({ title }) => title !== "Keys"), this.#panel(deed.what, this.#model)] };
      case "causes":
        return { panels: [...panels, causesPanel(view, deed.place)] };
      case "question":
        return { panels: [...panels, questionPanel(view, deed.objective)] };
      case "verbatim":
        return { panels: [], isVerbatim: true };
    }
  }

  async #do(deed: SessionDeed): Promise<void> {
    if (this.#isDoing) {
      this.#say("One thing at a time: the last one is still under way.");
      return;
    }
    this.#isDoing = true;
    const busy = busyWords[deed.do];
    try {
      this.#change({ panels: [], ...(busy === undefined ? {} : { busy }) });
      const { panel, notice } = await act(this.#options.session, deed);
      this.#isDoing = false;
      this.#drop("busy");
      this.#change({ ...(panel === undefined ? {} : { panels: [panel] }), host: this.#options.session.terminals()?.host() ?? "" });
      if (notice !== undefined) this.#say(notice);
      // Time passed, or others were at work: the goals may be reached meanwhile.
      if (deed.do === "wait" || deed.do === "escalate") this.#isStale = true;
      this.#lookSoon();
    } catch (error) {
      this.#fail(error);
    }
  }
}

/** What a look at the goals has brought; undefined for nothing new. Pure. */
export function newsOf(before: SessionView, after: SessionView): string | undefined {
  const was = new Map(before.objectives.map(({ id, status }) => [id, status]));
  const out = after.objectives.find(({ id, status }) => status !== "pass" && was.get(id) === "pass");
  if (out !== undefined) return `${marks.fail} No longer reached: ${out.goal}`;
  const broken = after.brokenGuards.find(({ id }) => !before.brokenGuards.some((guard) => guard.id === id));
  if (broken !== undefined) return `${marks.fail} Broken (Ctrl-G, then g): ${broken.says}`;
  const reached = after.objectives.find(({ id, status }) => status === "pass" && was.get(id) !== "pass");
  if (reached === undefined) return undefined;
  const isAll = after.brokenGuards.length === 0 && after.objectives.every(({ status }) => status === "pass");
  return isAll ? `${marks.pass} All goals are reached. F7 checks that it will stay so.` : `${marks.pass} Reached: ${reached.goal}`;
}
