import type * as FileSystem from "node:fs/promises";
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ReportError } from "./report-error.ts";
import { fixtureResult } from "./result.fixture.ts";
import type { Result } from "./result.ts";
import { appendSummary, writeReport } from "./write-report.ts";

// The real functions, wrapped so that a test can let one of them fail as a full disk would.
vi.mock("node:fs/promises", async (importOriginal) => {
  const original = await importOriginal<typeof FileSystem>();
  return {
    ...original,
    writeFile: vi.fn(original.writeFile),
    symlink: vi.fn(original.symlink),
    rename: vi.fn(original.rename),
  };
});

const FILES = [
  "result.json",
  "series.csv",
  "latency.csv",
  "summary.md",
  "junit.xml",
  "report.html",
];
const RUN_ID = "2026-11-23T10-15-00Z-7f3a";
const assets = { uplotScript: "", uplotStyle: "", plotsScript: "", copyScript: "", pageStyle: "" };

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: as a test has it`), { code });
}

function named(id: string): Result {
  const fixture = fixtureResult({ series: [], histograms: [] });
  return { ...fixture, run: { ...fixture.run, id } };
}

describe("writeReport", () => {
  let reports: string;

  beforeEach(async () => {
    reports = await mkdtemp(join(tmpdir(), "plimsoll-report-"));
  });

  afterEach(async () => {
    await rm(reports, { recursive: true, force: true });
  });

  test("writes the six files and points latest at them", async () => {
    const report = await writeReport(named(RUN_ID), join(reports, "deep"));
    expect(report).toEqual({ folder: join(reports, "deep", RUN_ID), files: FILES });
    expect((await readdir(report.folder)).toSorted()).toEqual(FILES.toSorted());
    expect((await readdir(join(reports, "deep"))).toSorted()).toEqual([RUN_ID, "latest"]);
    const page = await readFile(join(reports, "deep", "latest", "report.html"), "utf8");
    expect(page).toContain("uPlot");
    expect(page).toContain(".verdict-word");
  });

  test("latest follows the newest run", async () => {
    await writeReport(named("run-1"), reports, { assets });
    await writeReport(named("run-2"), reports, { assets });
    expect(await readlink(join(reports, "latest"))).toBe("run-2");
  });

  test("writing again replaces its files and keeps what else is in the folder", async () => {
    const { folder } = await writeReport(named("run-1"), reports, { assets });
    await writeFile(join(folder, "log.ndjson"), "kept");
    const changed = { ...named("run-1"), headline: "Made again." };
    await writeReport(changed, reports, { assets });
    expect(await readFile(join(folder, "log.ndjson"), "utf8")).toBe("kept");
    expect(await readFile(join(folder, "summary.md"), "utf8")).toContain("Made again.");
    expect((await readdir(reports)).toSorted()).toEqual(["latest", "run-1"]);
  });

  test("clears away what a killed run left half-written", async () => {
    await mkdir(join(reports, ".run-1.writing"));
    await writeFile(join(reports, ".run-1.writing", "stale"), "");
    const { folder } = await writeReport(named("run-1"), reports, { assets });
    expect(await readdir(folder)).not.toContain("stale");
  });

  test("a full disk is named, and nothing half-written is left", async () => {
    vi.mocked(writeFile).mockResolvedValueOnce().mockRejectedValueOnce(failure("ENOSPC"));
    const writing = writeReport(named("run-1"), reports, { assets });
    await expect(writing).rejects.toThrow(ReportError);
    await expect(writing).rejects.toThrow(
      `${reports}: cannot write series.csv: the disk is full (ENOSPC). Free some space or choose another folder for reports.`,
    );
    expect(await readdir(reports)).toEqual([]);
  });

  test("a run that cannot be put in place leaves nothing behind", async () => {
    vi.mocked(rename).mockRejectedValueOnce(failure("EACCES"));
    await expect(writeReport(named("run-1"), reports, { assets })).rejects.toThrow(
      /run-1: cannot put the report in place: no permission \(EACCES\)/u,
    );
    expect(await readdir(reports)).toEqual([]);
  });

  test("a folder that is a file is named", async () => {
    const file = join(reports, "file");
    await writeFile(file, "");
    await expect(writeReport(named("run-1"), file, { assets })).rejects.toThrow(
      /file.*: cannot make the report folder: a part of the path is a file \(ENOTDIR\)/u,
    );
  });

  test("a file system without links gets latest.txt", async () => {
    vi.mocked(symlink).mockRejectedValueOnce(failure("EPERM"));
    await writeReport(named("run-1"), reports, { assets });
    expect(await readFile(join(reports, "latest.txt"), "utf8")).toBe("run-1\n");
    await writeReport(named("run-2"), reports, { assets });
    expect((await readdir(reports)).toSorted()).toEqual(["latest", "run-1", "run-2"]);
  });

  test.each(["../elsewhere", "a/b", ".hidden", "latest", "", "a\0b"])(
    "the run id %j is refused",
    async (id) => {
      await expect(writeReport(named(id), reports, { assets })).rejects.toThrow(ReportError);
      expect(await readdir(reports)).toEqual([]);
    },
  );

  test("a result that does not fit its schema is refused before anything is written", async () => {
    const wrong = { ...named("run-1"), headline: "" };
    await expect(writeReport(wrong, reports, { assets })).rejects.toThrow(/headline/u);
    expect(await readdir(reports)).toEqual([]);
  });

  test("appends the summary for GitHub", async () => {
    const path = join(reports, "step.md");
    await appendFile(path, "before\n");
    await appendSummary(path, "# after\n");
    expect(await readFile(path, "utf8")).toBe("before\n# after\n");
  });

  test("a step summary that cannot be written is named", async () => {
    const path = join(reports, "missing", "step.md");
    await expect(appendSummary(path, "# after\n")).rejects.toThrow(
      /step\.md: the report is written, but its summary cannot be appended/u,
    );
  });
});
