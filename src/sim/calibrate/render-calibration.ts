import { LIMITS } from "../../firestore/limits/limits.ts";
import type { ModelConstants } from "../../firestore/capacity/constants.ts";
import { formatNumber } from "../report/format-figures.ts";
import { markdownTable } from "../report/markdown-text.ts";
import { formatTable } from "../cli/table.ts";
import type { CalibrationFile } from "./calibration-file.ts";

/** What stands where: for the terminal, and in calibration.md. */
export function renderCalibrationText(file: CalibrationFile): string {
  return [
    headline(file),
    "",
    formatTable([CONSTANT_TITLES, ...constantRows(file)]).trimEnd(),
    "",
    "Kept from the fit, predicted and seen:",
    formatTable([HELD_OUT_TITLES, ...heldOutRows(file)]).trimEnd(),
    ...lackLines(file),
    "",
    `Not found, and so assumed: ${file.notFound.map(({ id }) => id).join(", ")}.`,
  ].join("\n");
}

export function renderCalibrationMarkdown(file: CalibrationFile): string {
  const { target, region, commit, modelVersion, seed, operations, roundTripMs } = file;
  const { reads, writes, deletes, refused } = operations;
  return `${[
    `# Calibration of ${file.project}, ${file.date}`,
    "",
    headline(file),
    ...lackLines(file),
    "",
    "## Found",
    "",
    table(CONSTANT_TITLES, constantRows(file)),
    "",
    "Of 100 such intervals 95 hold the true figure, if the model is right.",
    "",
    "## Kept from the fit, predicted and seen",
    "",
    table(HELD_OUT_TITLES, heldOutRows(file)),
    "",
    "## Not found",
    "",
    table(
      ["constant", "why"],
      file.notFound.map(({ id, why }) => [id, why]),
    ),
    "",
    "## What is left when the fit is taken off",
    "",
    table(
      ["probe", "left, of what was predicted", "samples"],
      file.residuals.map(({ probe, relative, samples }) => [
        probe,
        `${(100 * relative).toFixed(1)}%`,
        String(samples),
      ]),
    ),
    "",
    "## The probe",
    "",
    `- ${target}: project ${file.project}, database ${file.database}, in ${region}.`,
    `- Round trip ${interval(roundTripMs)} ms, estimated apart from ${roundTripMs.samples} empty calls and taken off.`,
    `- ${reads} documents read, ${writes} written, ${deletes} deleted again; ${refused} calls refused.`,
    `- Plimsoll ${commit}, version ${modelVersion} of the model, seed ${seed}.`,
  ].join("\n")}\n`;
}

function headline({ date, errorPercent, lackOfFit, constants, project }: CalibrationFile): string {
  const found = `${Object.keys(constants).length} constants of the model were fitted to ${project} on ${date}`;
  const error = `predictions of what was kept from the fit were off by ${errorPercent}%`;
  return lackOfFit.length === 0
    ? `${found}; ${error}.`
    : `${found}, but THE MODEL DOES NOT FIT in ${lackOfFit.length} places; ${error}.`;
}

function lackLines({ lackOfFit }: CalibrationFile): readonly string[] {
  return lackOfFit.length === 0
    ? []
    : ["", "The model is of another shape here:", "", ...lackOfFit.map((one) => `- ${one}`)];
}

const CONSTANT_TITLES = ["constant", "fitted", "95% interval", "assumed", "unit", "samples"];
const HELD_OUT_TITLES = ["probe", "predicted", "seen", "unit", "samples"];

function constantRows({ constants }: CalibrationFile): readonly (readonly string[])[] {
  return Object.entries(constants).map(([id, { value, low, high, samples }]) => {
    const { value: assumed, unit } = LIMITS[id as keyof ModelConstants];
    const range = `${formatNumber(low)} to ${formatNumber(high)}`;
    return [id, formatNumber(value), range, formatNumber(assumed), unit, String(samples)];
  });
}

function heldOutRows({ heldOut }: CalibrationFile): readonly (readonly string[])[] {
  return heldOut.map(({ probe, predicted, seen, unit, samples }) => [
    probe,
    formatNumber(predicted),
    formatNumber(seen),
    unit,
    String(samples),
  ]);
}

function interval({ value, low, high }: CalibrationFile["roundTripMs"]): string {
  return `${formatNumber(value)} (${formatNumber(low)} to ${formatNumber(high)})`;
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return markdownTable(
    titles.map((title) => ({ title })),
    rows,
  );
}
