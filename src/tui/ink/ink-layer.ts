import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { render } from "ink";
import { Component, createElement, type ReactElement, type ReactNode } from "react";

/**
 * Ink as a layout engine: a tree in, a frame of text out. It writes to a terminal that is none, reads from a keyboard at which nobody
 * sits, and touches nothing of the process.
 */
export interface InkLayer {
  /** The tree laid out in so many columns: lines with SGR sequences. @throws Error what a component threw */
  frameOf(tree: ReactElement, columns: number): string;
  close(): void;
}

export function createInkLayer(): InkLayer {
  let frame = "";
  let failure: unknown;
  const output = Object.assign(new EventEmitter(), {
    columns: 80,
    rows: 24,
    isTTY: true,
    write: (text: string): boolean => {
      frame = text;
      return true;
    },
  });
  const nobody = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => nobody, ref: () => nobody, unref: () => nobody });
  let instance: ReturnType<typeof render> | undefined;
  const open = (tree: ReactElement): ReturnType<typeof render> => {
    return render(tree, {
      stdout: output as unknown as NodeJS.WriteStream,
      stderr: output as unknown as NodeJS.WriteStream,
      stdin: nobody as unknown as NodeJS.ReadStream,
      // Each commit gives the whole frame, at once.
      debug: true,
      exitOnCtrlC: false,
      patchConsole: false,
    });
  };
  return {
    frameOf: (tree, columns) => {
      output.columns = columns;
      const guarded = createElement(Boundary, { tell: (error) => (failure = error) }, tree);
      if (instance === undefined) instance = open(guarded);
      else instance.rerender(guarded);
      if (failure !== undefined) throw failure;
      return frame;
    },
    close: () => {
      instance?.unmount();
      instance?.cleanup();
    },
  };
}

/** Takes what a component throws before Ink does, which would show it in its own way and go on without a word to us. */
class Boundary extends Component<{ readonly tell: (error: unknown) => void; readonly children?: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    this.props.tell(error);
  }

  override render(): ReactNode {
    return this.state.failed ? null : this.props.children;
  }
}
