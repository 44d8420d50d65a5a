import protobuf from "protobufjs/minimal.js";
import { encodeMessage } from "../../../src/firestore/gateway/grpc/message-assembler.ts";
import { createRng } from "../../../src/std/rng.ts";
import type { Rng } from "../../../src/std/rng.ts";

const DATABASE = "projects/demo-bench/databases/(default)";

/** Documents written in a round: so many that none is written more than about once a second. */
const DOCUMENTS = 24_000;

/**
 * Commits of so many documents each, as gRPC messages with their heads. A document has 14 fields, as
 * a trade of the service has, of random values, in one collection under random names: what
 * production takes best.
 */
export function commitMessages(documentsEach: number): readonly Buffer[] {
  const rng = createRng(`bench/${documentsEach}`);
  const count = Math.ceil(DOCUMENTS / documentsEach);
  return Array.from({ length: count }, () => {
    const writer = protobuf.Writer.create();
    writer.uint32(10).string(DATABASE);
    for (let index = 0; index < documentsEach; index += 1) {
      writer.uint32(18).fork().uint32(10).fork();
      encodeDocument(writer, rng);
      writer.ldelim().ldelim();
    }
    return encodeMessage(writer.finish());
  });
}

function encodeDocument(writer: protobuf.Writer, rng: Rng): void {
  writer.uint32(10).string(`${DATABASE}/documents/bench/${randomName(rng)}`);
  for (let field = 0; field < 14; field += 1) {
    writer.uint32(18).fork().uint32(10).string(`field_${field}`).uint32(18).fork();
    if (field % 3 === 0) writer.uint32(16).int64(rng.integer(0, 1_000_000_000));
    else if (field % 3 === 1) writer.uint32(25).double(rng.next() * 1000);
    else writer.uint32(138).string(randomName(rng));
    writer.ldelim().ldelim();
  }
}

function randomName(rng: Rng): string {
  return Array.from({ length: 3 }, () =>
    Math.floor(rng.next() * 36 ** 7)
      .toString(36)
      .padStart(7, "0"),
  ).join("");
}
