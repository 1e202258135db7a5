import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FileError, type FileTree } from "../../../../src/engines/embedded/files/file-tree.ts";
import { createFileTree } from "../../../../src/engines/embedded/files/memory-tree.ts";

function tree(): FileTree {
  const files = createFileTree(() => 1000);
  files.write("/etc/postfix/main.cf", "myhostname = mx1\n");
  files.write("/var/log/mail.log", "");
  return files;
}

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof FileError) return error.code;
    throw error;
  }
  return "none";
};

describe("reading and writing", () => {
  it("keeps text and bytes, and makes parents", () => {
    const files = tree();
    files.write("/a/b/../c//d", "ü");
    expect(files.read("/a/c/d")).toBe("ü");
    expect(files.readBytes("/a/c/d")).toEqual(Buffer.from([0xc3, 0xbc]));
    files.write("/raw", Uint8Array.of(0x41, 0xff));
    files.append("/raw", "ü");
    expect([...(files.readBytes("/raw") ?? [])]).toEqual([0x41, 0xff, 0xc3, 0xbc]);
    expect(files.stat("/a/c/d")).toMatchObject({ kind: "file", sizeBytes: 2, mode: 0o644, owner: "root", modifiedAtMs: 1000 });
    expect(files.read("/nothing")).toBeUndefined();
    expect(files.list("/etc/postfix")).toEqual(["main.cf"]);
    expect(files.walk("/")).toEqual([
      "/a",
      "/a/c",
      "/a/c/d",
      "/etc",
      "/etc/postfix",
      "/etc/postfix/main.cf",
      "/raw",
      "/var",
      "/var/log",
      "/var/log/mail.log",
    ]);
  });

  it.each<[string, string, (files: FileTree) => unknown]>([
    ["EISDIR", "reading a directory", (files) => files.read("/etc")],
    ["EISDIR", "writing a directory", (files) => files.write("/etc", "")],
    ["ENOTDIR", "writing below a file", (files) => files.write("/etc/postfix/main.cf/x", "")],
    ["ENOENT", "removing nothing", (files) => files.remove("/nothing")],
    ["ENOENT", "renaming nothing", (files) => files.rename("/nothing", "/x")],
    ["ENOTEMPTY", "removing a full directory", (files) => files.remove("/etc")],
    ["EINVAL", "moving a directory into itself", (files) => files.rename("/etc", "/etc/postfix/etc")],
    ["EISDIR", "renaming a file onto a directory", (files) => files.rename("/etc/postfix/main.cf", "/var")],
    ["EEXIST", "linking over a file", (files) => files.symlink("/x", "/etc/postfix/main.cf")],
    ["EINVAL", "reading no link", (files) => files.readLink("/etc")],
    ["ENOENT", "asking for nothing's attributes", (files) => files.stat("/nothing")],
  ])("throws %s when %s", (code, _, work) => {
    expect(codeOf(() => work(tree()))).toBe(code);
  });

  it("renames files over files and directories with all below", () => {
    const files = tree();
    files.write("/new", "new");
    files.rename("/new", "/etc/postfix/main.cf");
    files.rename("/etc", "/old");
    expect([files.read("/old/postfix/main.cf"), files.exists("/etc"), files.exists("/new")]).toEqual(["new", false, false]);
  });

  it("keeps mode and owner over writes and changes them on demand", () => {
    const files = tree();
    files.chmod("/etc/postfix/main.cf", 0o600);
    files.chown("/etc/postfix/main.cf", "postfix", "mail");
    files.write("/etc/postfix/main.cf", "x");
    files.setModifiedTime("/etc/postfix/main.cf", 5);
    expect(files.stat("/etc/postfix/main.cf")).toMatchObject({ mode: 0o600, owner: "postfix", group: "mail", modifiedAtMs: 5 });
  });
});

describe("symbolic links", () => {
  it("are followed in the middle and at the end, absolute and relative", () => {
    const files = tree();
    files.symlink("postfix", "/etc/mta");
    files.symlink("../var/log", "/etc/logs");
    files.symlink("/etc/mta/main.cf", "/main.cf");
    expect(files.read("/main.cf")).toBe("myhostname = mx1\n");
    files.write("/etc/logs/new.log", "x");
    files.write("/main.cf", "changed");
    expect([files.read("/var/log/new.log"), files.read("/etc/postfix/main.cf"), files.readLink("/main.cf")]).toEqual([
      "x",
      "changed",
      "/etc/mta/main.cf",
    ]);
    expect([files.stat("/main.cf").kind, files.linkStat("/main.cf").kind]).toEqual(["file", "symlink"]);
    files.remove("/main.cf");
    expect([files.exists("/main.cf"), files.exists("/etc/postfix/main.cf")]).toEqual([false, true]);
  });

  it("that run in a circle throw ELOOP; one that leads nowhere is no file, and a write makes it one", () => {
    const files = tree();
    files.symlink("/b", "/a");
    files.symlink("/a", "/b");
    expect(codeOf(() => files.read("/a"))).toBe("ELOOP");
    files.symlink("/later", "/soon");
    expect(files.read("/soon")).toBeUndefined();
    files.write("/soon", "now");
    expect(files.read("/later")).toBe("now");
  });
});

describe("disks", () => {
  it("count what is written, overwritten, moved and removed", () => {
    const files = tree();
    files.limitDisk("/var", 10);
    files.write("/var/log/a", "12345");
    expect(files.freeBytes("/var/spool/anything")).toBe(5);
    expect(codeOf(() => files.append("/var/log/a", "678901"))).toBe("ENOSPC");
    expect(files.read("/var/log/a")).toBe("12345");
    files.write("/var/log/a", "1");
    expect(files.freeBytes("/var")).toBe(9);
    files.rename("/var/log/a", "/etc/a");
    expect([files.freeBytes("/var"), files.freeBytes("/etc")]).toEqual([10, Number.POSITIVE_INFINITY]);
    files.write("/big", "x".repeat(11));
    expect(codeOf(() => files.rename("/big", "/var/big"))).toBe("ENOSPC");
    expect(files.exists("/big")).toBe(true);
    files.limitDisk("/var", undefined);
    files.rename("/big", "/var/big");
    expect(files.freeBytes("/var")).toBe(Number.POSITIVE_INFINITY);
  });

  it("nest: the innermost one counts", () => {
    const files = tree();
    files.limitDisk("/", 100);
    files.limitDisk("/var/log", 3);
    expect([files.freeBytes("/var/log/x"), files.freeBytes("/var/logs"), files.freeBytes("/")]).toEqual([3, 100, 100]);
    expect(files.disks().map(({ mountPoint }) => mountPoint)).toEqual(["/", "/var/log"]);
  });
});

describe("watching", () => {
  it("tells of each change at or below a path until it ends", () => {
    const files = tree();
    const seen: string[] = [];
    const end = files.watch("/var/log", (path) => seen.push(path));
    files.append("/var/log/mail.log", "line\n");
    files.write("/etc/x", "");
    files.rename("/var/log/mail.log", "/var/log/mail.log.1");
    files.remove("/var/log/mail.log.1");
    end();
    files.write("/var/log/later", "");
    expect(seen).toEqual(["/var/log/mail.log", "/var/log/mail.log", "/var/log/mail.log.1", "/var/log/mail.log.1"]);
  });
});

describe("a clone", () => {
  const name = fc.constantFrom("a", "b", "c");
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => `/${names.join("/")}`);
  const step = fc.oneof(
    fc.record({ do: fc.constant("write" as const), path, text: fc.string({ maxLength: 4 }) }),
    fc.record({ do: fc.constant("append" as const), path, text: fc.string({ maxLength: 4 }) }),
    fc.record({ do: fc.constant("remove" as const), path }),
    fc.record({ do: fc.constant("rename" as const), path, to: path }),
    fc.record({ do: fc.constant("chmod" as const), path }),
    fc.record({ do: fc.constant("mkdir" as const), path }),
  );
  const steps = fc.array(step, { maxLength: 25 });
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  const take = (files: FileTree, each: Step): void => {
    try {
      if (each.do === "write") files.write(each.path, each.text);
      else if (each.do === "append") files.append(each.path, each.text);
      else if (each.do === "remove") files.remove(each.path, { recursive: true });
      else if (each.do === "rename") files.rename(each.path, each.to);
      else if (each.do === "chmod") files.chmod(each.path, 0o700);
      else files.makeDirectory(each.path);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
    }
  };
  const photograph = (files: FileTree): readonly unknown[] => [
    files.freeBytes("/"),
    ...files.walk("/").map((each) => [each, files.stat(each), files.stat(each).kind === "file" ? files.read(each) : ""]),
  ];

  it("and its original never see each other's changes, whoever writes first", () => {
    fc.assert(
      fc.property(steps, steps, steps, (before, onOriginal, onClone) => {
        const original = createFileTree(() => 0);
        original.limitDisk("/", 1000);
        for (const each of before) take(original, each);
        const control = createFileTree(() => 0);
        control.limitDisk("/", 1000);
        for (const each of before) take(control, each);

        const clone = original.clone(() => 0);
        expect(photograph(clone)).toEqual(photograph(original));
        for (const [index, each] of onClone.entries()) {
          take(clone, each);
          const other = onOriginal[index];
          if (other !== undefined) take(original, other);
        }
        for (const each of onOriginal.slice(onClone.length)) take(original, each);
        for (const each of onOriginal) take(control, each);
        expect(photograph(original)).toEqual(photograph(control));
      }),
    );
  });

  it("has its own clock and leaves the watchers behind", () => {
    const files = tree();
    let told = 0;
    files.watch("/", () => told++);
    const clone = files.clone(() => 77);
    clone.write("/x", "");
    expect([clone.stat("/x").modifiedAtMs, told]).toEqual([77, 0]);
  });
});
