import { PostfixFatal } from "./postfix-problem.ts";

/** `3.6` as the numbers 3, 6, 0. @throws PostfixFatal for text that is no level */
export function parseLevel(text: string): readonly [number, number, number] {
  const match = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?$/.exec(text.trim());
  if (match === null) throw new PostfixFatal(`malformed compatibility level syntax: "${text}"`);
  return [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)];
}

/** Negative where `left` is the older level, 0 where both are the same. */
export function compareLevels(left: string, right: string): number {
  const [leftMajor, leftMinor, leftPatch] = parseLevel(left);
  const [rightMajor, rightMinor, rightPatch] = parseLevel(right);
  return leftMajor - rightMajor || leftMinor - rightMinor || leftPatch - rightPatch;
}
