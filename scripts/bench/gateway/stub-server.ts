/**
 * Run as a process of its own: `node stub-server.ts`. Answers every gRPC call with an empty message
 * and costs next to nothing, so that what is in front of it is what is measured. Prints its port.
 */
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import {
  CLIENT_PREFACE,
  Flag,
  FrameType,
  HEAD_BYTES,
  Setting,
  encodeData,
  encodeFrame,
  encodeSettings,
  encodeSettingsAck,
  encodeWindowUpdate,
} from "../../../src/firestore/gateway/http2/frame.ts";
import type { Frame } from "../../../src/firestore/gateway/http2/frame.ts";
import { FrameSplitter } from "../../../src/firestore/gateway/http2/frame-splitter.ts";
import { encodeHeaders } from "../../../src/firestore/gateway/http2/header-block.ts";
import {
  OK_STATUS,
  RESPONSE_HEADERS,
  trailersOf,
} from "../../../src/firestore/gateway/grpc/status.ts";

const WINDOW = 1 << 24;
/** A message of no bytes is a CommitResponse without results. */
const EMPTY_MESSAGE = Buffer.alloc(5);

const GREETING = Buffer.concat([
  encodeSettings([[Setting.initialWindowSize, WINDOW]]),
  encodeWindowUpdate(0, WINDOW),
]);
const HTTP1 = Buffer.from("GET ");

const server = createServer({ noDelay: true }, (socket) => {
  let answers: Buffer[] = [];
  let credit = 0;
  const handle = ({ type, flags, streamId, bytes }: Frame): "take" => {
    if (type === FrameType.settings && (flags & Flag.ack) === 0) answers.push(encodeSettingsAck());
    if (type === FrameType.ping && (flags & Flag.ack) === 0) {
      answers.push(encodeFrame(type, Flag.ack, 0, bytes.subarray(HEAD_BYTES)));
    }
    if (type !== FrameType.data) return "take";
    credit += bytes.length - HEAD_BYTES;
    if ((flags & Flag.endStream) !== 0) {
      answers.push(
        encodeHeaders(streamId, RESPONSE_HEADERS, false),
        encodeData(streamId, EMPTY_MESSAGE, false),
        encodeHeaders(streamId, trailersOf(OK_STATUS), true),
      );
    }
    return "take";
  };
  const splitter = new FrameSplitter(handle, () => undefined);
  let skip = CLIENT_PREFACE.length;
  socket.on("error", () => undefined);
  socket.on("data", (chunk) => {
    if (chunk.subarray(0, 4).equals(HTTP1)) {
      // The gateway asks first whether anybody is there.
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
      return;
    }
    if (skip === CLIENT_PREFACE.length) socket.write(GREETING);
    const from = Math.min(skip, chunk.length);
    skip -= from;
    splitter.push(chunk.subarray(from));
    if (credit > WINDOW / 4) {
      answers.push(encodeWindowUpdate(0, credit));
      credit = 0;
    }
    if (answers.length > 0) socket.write(Buffer.concat(answers));
    answers = [];
  });
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`listening on 127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
