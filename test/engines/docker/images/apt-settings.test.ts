import { gunzipSync } from "node:zlib";
import { unpackTar } from "modern-tar";
import { describe, expect, it } from "vitest";
import { aptArguments } from "../../../../src/engines/docker/images/apt-arguments.ts";
import { aptSettings, plainApt } from "../../../../src/engines/docker/images/apt-settings.ts";

const publicTargets = [
  "http://deb.debian.org/debian/ bookworm main",
  "http://deb.debian.org/debian/ bookworm-updates main",
  "http://deb.debian.org/debian-security/ bookworm-security main",
  "https://packages.example.org/thing/ stable main",
].join("\n");

const mirrorTargets = [
  "https://mirror.example.org/debian/ bookworm main",
  "https://mirror.example.org/debian/ bookworm non-free",
  "https://mirror.example.org/debian-security/ bookworm-security main",
  "https://elsewhere.example.org/tool/ stable main",
].join("\n");

describe("the settings of apt on a machine", () => {
  it("are nothing in particular where Debian's public address is used", () => {
    expect(aptSettings('APT "";\nAcquire "";\nAcquire::cdrom::mount "/media/cdrom/";\n', publicTargets)).toEqual(plainApt);
    expect(aptSettings("", "")).toEqual(plainApt);
  });

  it("keep what is set about fetching and leave out paths, programs and proxies", () => {
    const config = [
      'Acquire::Check-Valid-Until "false";',
      'Acquire::http::Timeout "20";',
      'Acquire::http::Proxy "http://user:secret@proxy.example.org:3128";',
      'Acquire::https::CAInfo "/etc/ssl/own.pem";',
      'Acquire::http::Proxy-Auto-Detect "/usr/bin/find-proxy";',
      'Acquire::Retries "";',
      'DPkg::Post-Invoke:: "rm -rf /tmp/x";',
    ].join("\n");
    const settings = aptSettings(config, publicTargets, "PEM");
    expect(settings.configuration).toBe('acquire::check-valid-until "false";\nacquire::http::timeout "20";\n');
    expect(settings.proxies).toEqual({ http: "http://user:secret@proxy.example.org:3128" });
    expect(settings.authorities).toBe("PEM");
  });

  it("follow the machine to its mirror, for the release that images are built from and its free part", () => {
    expect(aptSettings("", mirrorTargets)).toMatchObject({
      mirror: "https://mirror.example.org/debian/",
      sources:
        "deb https://mirror.example.org/debian/ bookworm main\ndeb https://mirror.example.org/debian-security/ bookworm-security main\n",
    });
    expect(aptSettings("", mirrorTargets.replaceAll("bookworm", "trixie")).mirror).toBeUndefined();
  });
});

describe("the arguments of a build", () => {
  it("are none where nothing is particular", async () => {
    expect(await aptArguments(plainApt)).toEqual({});
  });

  it("carry a proxy only where Docker keeps it out of the image's history", async () => {
    expect(await aptArguments({ ...plainApt, proxies: { http: "http://u:p@proxy:3128" } })).toEqual({
      http_proxy: "http://u:p@proxy:3128",
    });
  });

  it("carry settings, sources and certificates as one packed folder", async () => {
    const settings = {
      ...plainApt,
      configuration: 'acquire::retries "3";\n',
      sources: "deb https://m.example.org/debian bookworm main\n",
      authorities: "PEM",
    };
    const { APT = "" } = await aptArguments(settings);
    const files = await unpackTar(gunzipSync(Buffer.from(APT, "base64")));
    const texts = Object.fromEntries(files.map(({ header, data }) => [header.name, Buffer.from(data ?? []).toString()]));
    expect(texts).toEqual({
      "apt.conf":
        'acquire::retries "3";\nDir::Etc::sourcelist "/tmp/apt/sources.list";\nDir::Etc::sourceparts "-";\nAcquire::https::CAInfo "/tmp/apt/authorities.pem";\n',
      "sources.list": settings.sources,
      "authorities.pem": "PEM",
    });
  });
});
