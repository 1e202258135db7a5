/** The names on an absolute path, with `.`, `..` and double slashes resolved. */
export function namesOf(path: string): string[] {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (name === "..") names.pop();
    else names.push(name);
  }
  return names;
}

export function pathOf(names: readonly string[]): string {
  return `/${names.join("/")}`;
}

/** True when the path is the directory or lies below it. Both normalised. */
export function isWithin(path: string, directory: string): boolean {
  return directory === "/" || path === directory || path.startsWith(`${directory}/`);
}
