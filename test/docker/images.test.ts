import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packTar } from "modern-tar";
import { afterAll, describe, expect, it } from "vitest";
import { ProblemError } from "../../src/base/problem.ts";
import { connectDocker, type DockerClient } from "../../src/engines/docker/client.ts";
import { buildImage, ensureImages } from "../../src/engines/docker/images/build-images.ts";
import { loadImages, saveImages } from "../../src/engines/docker/images/image-file.ts";
import { listImages } from "../../src/engines/docker/images/image-list.ts";
import { type ImageName, imageNames } from "../../src/engines/docker/images/image-set.ts";
import { faults } from "../../src/faults/registry.ts";

const client = await connectDocker(process.env).catch((error: unknown) => {
  if (process.env.MAILDRILL_REQUIRE_DOCKER) throw error;
  return undefined;
});
const suite = client === undefined ? describe.skip : describe;
const folder = mkdtempSync(join(tmpdir(), "maildrill-images-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function engine(): DockerClient {
  if (client === undefined) throw new Error("no Docker engine answers");
  return client;
}

/** What a script says in a fresh container without a network. */
async function inside(name: ImageName, script: string): Promise<string> {
  const { [name]: reference } = await ensureImages(engine(), [name]);
  return execFileSync(
    "docker",
    [
      "run",
      "--rm",
      "--network",
      "none",
      "--cap-drop",
      "NET_RAW",
      "--label",
      "maildrill=test",
      "--entrypoint",
      "sh",
      reference,
      "-c",
      script,
    ],
    {
      encoding: "utf8",
    },
  );
}

/** What stands on the engine that a build may leave: nameless images and containers, as far as they are a build's. */
async function unfinished(): Promise<readonly string[]> {
  const filters = { label: ["maildrill.unfinished=yes"] };
  const containers = await engine().docker.listContainers({ all: true, filters });
  const images = await engine().docker.listImages({ filters: { ...filters, dangling: ["true"] } });
  return [...containers, ...images].filter(({ Labels }) => Labels?.["maildrill.image"] === "probe").map(({ Id }) => Id);
}

async function build(script: string, heed: (line: string) => void = () => {}, signal?: AbortSignal): Promise<void> {
  const { base } = await ensureImages(engine(), ["base"]);
  const text = `ARG BASE\nFROM $BASE\nLABEL maildrill.image=probe maildrill.unfinished=yes\nRUN echo ${Math.random()} >/mark\nRUN ${script}\n`;
  const context = Buffer.from(await packTar([{ header: { name: "Dockerfile", size: Buffer.byteLength(text) }, body: text }]));
  await buildImage(engine(), { name: "probe", reference: "maildrill/probe:test", base, context }, { progress: heed, signal });
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  const error = await work.catch((thrown: unknown) => thrown);
  return error instanceof ProblemError ? error.problems[0]?.code : `no problem: ${error}`;
}

suite("the images on a real engine", () => {
  it("are all there after a build, small, and a second build does nothing", { timeout: 900_000 }, async () => {
    await ensureImages(engine(), imageNames);
    const lines: string[] = [];
    await ensureImages(engine(), imageNames, { progress: (line) => lines.push(line) });
    expect(lines).toEqual([]);
    for (const { name, present, sizeBytes = 0 } of await listImages(engine())) {
      expect([name, present]).toEqual([name, true]);
      expect(sizeBytes).toBeGreaterThan(50e6);
      expect(sizeBytes).toBeLessThan(225e6);
    }
  });

  it.each([
    "vim -h",
    "nano --version",
    "less --version",
    "ps --version",
    "dig -v",
    "nc -h",
    "ping -c 1 127.0.0.1",
    "openssl version",
    "perl -v",
    "nft --version",
  ])("every host has %s", async (command) => {
    expect(await inside("toolbox", `${command} >/dev/null 2>&1 && echo there`)).toBe("there\n");
  });

  it.each(["bind", "postfix", "mailbox", "rspamd", "exim"] as const)("%s: its services come up", { timeout: 60_000 }, async (name) => {
    // The host's own start, and then its own word on it.
    const script = "host-init >/dev/null 2>&1 & for n in $(seq 100); do sleep 0.2; systemctl | grep -q inactive || break; done; systemctl";
    const units = (await inside(name, script)).trim().split("\n");
    expect(units.length).toBeGreaterThan(0);
    for (const unit of units) expect(unit).toMatch(/^\S+\.service active enabled$/);
  });

  it("keep what a file system of its own begins with, owners and modes included", async () => {
    const list = (path: string) => `cd ${path} && find . -printf '%P %U:%G %m %y\\n' | sort`;
    for (const [name, path] of [
      ["postfix", "/var/spool/postfix"],
      ["mailbox", "/srv/vmail"],
    ] as const) {
      const skeleton = await inside(name, list(`/usr/local/lib/skeleton${path}`));
      expect(skeleton).toBe(await inside(name, list(path)));
      expect(skeleton.length).toBeGreaterThan(5);
    }
  });

  it.each(imageNames)("%s: no file of ours, no name and no environment inside tells what this is for", async (name) => {
    const words = ["maildrill", ...faults.ids].join("\\|");
    const found = await inside(
      name,
      `{ env; grep -rli '${words}' /etc /usr/local /root /home /var/log /tmp; find / -xdev -iname '*maildrill*'; } 2>/dev/null | grep -i '${words}\\|^/' || true`,
    );
    expect(found).toBe("");
  });

  it("know nothing of the machine that built them", async () => {
    expect(
      await inside(
        "mailbox",
        "cat /etc/mailname; postconf -h myhostname; openssl x509 -noout -subject -in /etc/ssl/certs/ssl-cert-snakeoil.pem",
      ),
    ).toBe("localhost\nlocalhost\nsubject=CN = localhost\n");
    expect(await inside("exim", "cat /etc/mailname; ls /etc/apt/sources.list.d /tmp")).toMatch(/^localhost\n/);
  });
});

suite("a build on a real engine", () => {
  it("that fails tells the build's last lines and leaves nothing", { timeout: 120_000 }, async () => {
    const error = await build("echo the reason is here; exit 3").catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/could not be built: .*returned a non-zero code: 3[\s\S]*the reason is here/);
    expect(await unfinished()).toEqual([]);
  });

  it("that is interrupted leaves no container and no image", { timeout: 120_000 }, async () => {
    const interrupt = new AbortController();
    const building = build(
      "sleep 300",
      (line) => {
        if (line.includes("sleep 300")) interrupt.abort();
      },
      interrupt.signal,
    );
    await expect(building).rejects.toThrow();
    expect(await unfinished()).toEqual([]);
  });
});

suite("images in a file", () => {
  it("are written whole, and read again", { timeout: 300_000 }, async () => {
    await ensureImages(engine(), imageNames);
    const file = join(folder, "images.tar");
    expect(await saveImages(engine(), file)).toBeGreaterThan(100e6);
    expect((await loadImages(engine(), file)).every(({ present }) => present)).toBe(true);
  });

  it.each([
    ["is not there", () => loadImages(engine(), join(folder, "none.tar")), "image-file"],
    ["is a folder", () => loadImages(engine(), folder), "image-file"],
    ["holds something else", () => loadImages(engine(), join(folder, "text")), "no-image-archive"],
    ["cannot be written", () => saveImages(engine(), join(folder, "no/such/folder.tar")), "image-file"],
    ["is to be written over a folder", () => saveImages(engine(), folder), "image-file"],
    ["is to be written on a full disk", () => saveImages(engine(), join(folder, "full.tar")), "image-file"],
  ])("that %s is a problem, said as such", { timeout: 120_000 }, async (_what, work, code) => {
    // What is written goes to a device that is always full.
    symlinkSync("/dev/full", join(folder, "full.tar.part"));
    writeFileSync(join(folder, "text"), "no archive\n".repeat(200));
    expect(await codeOf(work())).toBe(code);
    rmSync(join(folder, "full.tar.part"), { force: true });
  });
});
