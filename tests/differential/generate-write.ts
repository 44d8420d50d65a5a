import type { Rng } from "../../src/std/rng.ts";
import type { Plain } from "../judge/firestore-wire.ts";
import {
  commonValue,
  documentName,
  fieldPath,
  fields,
  number,
  scalar,
  several,
  value,
} from "./generate-value.ts";

/** A write of any kind. `stepIds` are those of commits before it, for preconditions on times. */
export function write(rng: Rng, stepIds: readonly number[]): Plain {
  const kind = rng.integer(0, 19);
  const name = documentName(rng);
  if (kind < 6) return { update: { name, fields: fields(rng) } };
  if (kind < 10) return { ...masked(rng, name), ...precondition(rng, stepIds, 0.2) };
  if (kind < 12) {
    return { update: { name, fields: fields(rng) }, ...precondition(rng, stepIds, 1) };
  }
  if (kind < 14) return { delete: name, ...precondition(rng, stepIds, 0.4) };
  if (kind < 18) return { ...masked(rng, name), updateTransforms: transforms(rng) };
  if (kind === 18) {
    return {
      update: { name, fields: fields(rng) },
      updateTransforms: transforms(rng),
      ...precondition(rng, stepIds, 0.3),
    };
  }
  return {
    transform: { document: name, fieldTransforms: transforms(rng) },
    ...precondition(rng, stepIds, 0.3),
  };
}

/** A merge: the mask names some of the fields, some that are nested, and some that it deletes. */
function masked(rng: Rng, name: string): Plain {
  const fieldPaths = several(rng, 0, 3, () => fieldPath(rng));
  return { update: { name, fields: fields(rng) }, updateMask: { fieldPaths } };
}

function precondition(rng: Rng, stepIds: readonly number[], probability: number): Plain {
  if (!rng.chance(probability)) return {};
  if (stepIds.length > 0 && rng.chance(0.4)) {
    const recent = stepIds.slice(-4);
    return { currentDocument: { updateTime: { $timeOf: rng.pick(recent) } } };
  }
  return { currentDocument: { exists: rng.chance(0.5) } };
}

function transforms(rng: Rng): readonly Plain[] {
  return several(rng, 1, 3, () => {
    const path = rng.chance(0.3) ? "l" : fieldPath(rng);
    const values = { values: several(rng, 0, 3, () => commonOrAny(rng)) };
    switch (rng.integer(0, 5)) {
      case 0:
        return { fieldPath: rng.chance(0.7) ? "t" : path, setToServerValue: "REQUEST_TIME" };
      case 1:
        return { fieldPath: path, increment: operand(rng) };
      case 2:
        return { fieldPath: path, maximum: operand(rng) };
      case 3:
        return { fieldPath: path, minimum: operand(rng) };
      case 4:
        return { fieldPath: path, appendMissingElements: values };
      default:
        return { fieldPath: path, removeAllFromArray: values };
    }
  });
}

/** Once in a while no number, which is refused. */
function operand(rng: Rng): Plain {
  return rng.chance(0.05) ? scalar(rng) : number(rng);
}

function commonOrAny(rng: Rng): Plain {
  return rng.chance(0.7) ? commonValue(rng) : value(rng, 1);
}
