import { describe, expect, it } from "vitest";
import { createCompositor } from "../../../src/tui/screen/compositor.ts";
import { gridOfFrame } from "../../../src/tui/screen/grid.ts";
import { virtualTerminal } from "./terminal.ts";

const all = { colour: true, unicode: true };
const frame = (text: string) => gridOfFrame(text, 20, 3);

describe("the compositor", () => {
  it("takes the terminal and gives it back as it was", async () => {
    const terminal = virtualTerminal(20, 3);
    terminal.write("$ maildrill\r\n");
    const compositor = createCompositor(terminal, all);
    compositor.enter();
    compositor.show(frame("hello"), { column: 2, row: 1 });
    expect(await terminal.text()).toEqual(["hello", "", ""]);
    expect(terminal.isAlternate()).toBe(true);
    compositor.leave();
    expect(await terminal.text()).toEqual(["$ maildrill", "", ""]);
    expect(terminal.isAlternate()).toBe(false);
    // Each mode that was set is set back.
    const modes = [...terminal.written().matchAll(/\x1b\[\?(\d+)([hl])/g)].map(([, mode, way]) => `${mode}${way}`);
    expect(new Map(modes.map((mode) => [mode.slice(0, -1), mode.slice(-1)]))).toEqual(
      new Map([
        ["1049", "l"],
        ["7", "h"],
        ["2004", "l"],
        ["25", "h"],
      ]),
    );
    const length = terminal.written().length;
    compositor.show(frame("late"));
    compositor.leave();
    expect(terminal.written()).toHaveLength(length);
    compositor.enter();
    compositor.show(frame("again"));
    expect(await terminal.text()).toEqual(["again", "", ""]);
  });

  it("writes nothing for the same frame, and only the newest to a terminal that was busy", async () => {
    const terminal = virtualTerminal(20, 3);
    const compositor = createCompositor(terminal, all);
    compositor.enter();
    compositor.show(frame("one"));
    const { length } = terminal.written();
    compositor.show(frame("one"));
    expect(terminal.written()).toHaveLength(length);
    terminal.block();
    compositor.show(frame("two"));
    const held = terminal.written().length;
    for (let number = 3; number < 200; number++) compositor.show(frame(`frame ${number}`));
    expect(terminal.written()).toHaveLength(held);
    terminal.release();
    expect(await terminal.text()).toEqual(["frame 199", "", ""]);
    expect(terminal.written().length - held).toBeLessThan(60);
  });

  it("draws everything again when told that the terminal shows something else", async () => {
    const terminal = virtualTerminal(20, 3);
    const compositor = createCompositor(terminal, all);
    compositor.enter();
    compositor.show(frame("mine"));
    terminal.write("\x1b[1;1Hsomebody else's");
    compositor.forget();
    compositor.show(frame("mine"));
    expect(await terminal.text()).toEqual(["mine", "", ""]);
  });

  it("shows ASCII without colours to a terminal that can do no more", async () => {
    const terminal = virtualTerminal(20, 3);
    const compositor = createCompositor(terminal, { colour: false, unicode: false });
    compositor.enter();
    compositor.show(gridOfFrame("┌─ \x1b[1;32m✓ Grüße\x1b[m …\n漢字 ☃", 20, 3));
    expect(await terminal.text()).toEqual(["+- x Gru?e ~", "? ?  ?", ""]);
    expect(terminal.written()).not.toMatch(/[^\x00-\x7f]|\x1b\[[\d;]*3\dm/);
    expect(terminal.written()).toContain("\x1b[0;1m");
  });
});
