import { once } from "node:events";
import { connect } from "node:http2";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { CLIENT_PREFACE, ConnectionFault, FrameType } from "./frame.ts";
import { FrameSplitter } from "./frame-splitter.ts";
import { encodeHeaders, fieldValue, headerBlockOf } from "./header-block.ts";
import { HpackDecoder } from "./hpack-decoder.ts";
import type { HeaderField } from "./hpack-table.ts";
import { decodeHuffman } from "./huffman.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ""), "hex");
const lines = (text: string): HeaderField[] =>
  text
    .trim()
    .split("\n")
    .map((line) => {
      const at = line.trim().indexOf(": ");
      return [line.trim().slice(0, at), line.trim().slice(at + 2)];
    });

const FIRST = `:method: GET
  :scheme: http
  :path: /
  :authority: www.example.com`;
const SECOND = `${FIRST}
  cache-control: no-cache`;
const THIRD = `:method: GET
  :scheme: https
  :path: /index.html
  :authority: www.example.com
  custom-key: custom-value`;
const ANSWER_1 = `:status: 302
  cache-control: private
  date: Mon, 21 Oct 2013 20:13:21 GMT
  location: https://www.example.com`;
const ANSWER_2 = ANSWER_1.replace("302", "307");
const ANSWER_3 = `:status: 200
  cache-control: private
  date: Mon, 21 Oct 2013 20:13:22 GMT
  location: https://www.example.com
  content-encoding: gzip
  set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1`;

/** RFC 7541, appendix C: the blocks of one connection, each with its fields and the table's size. */
const EXAMPLES = [
  {
    name: "C.2.1 literal with indexing",
    tableBytes: undefined,
    blocks: [
      [
        "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
        "custom-key: custom-header",
        55,
      ],
    ],
  },
  {
    name: "C.2.2 literal without indexing",
    tableBytes: undefined,
    blocks: [["040c 2f73 616d 706c 652f 7061 7468", ":path: /sample/path", 0]],
  },
  {
    name: "C.2.3 literal never indexed",
    tableBytes: undefined,
    blocks: [["1008 7061 7373 776f 7264 0673 6563 7265 74", "password: secret", 0]],
  },
  { name: "C.2.4 indexed", tableBytes: undefined, blocks: [["82", ":method: GET", 0]] },
  {
    name: "C.3 requests without Huffman",
    tableBytes: undefined,
    blocks: [
      ["8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", FIRST, 57],
      ["8286 84be 5808 6e6f 2d63 6163 6865", SECOND, 110],
      ["8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65", THIRD, 164],
    ],
  },
  {
    name: "C.4 requests with Huffman",
    tableBytes: undefined,
    blocks: [
      ["8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", FIRST, 57],
      ["8286 84be 5886 a8eb 1064 9cbf", SECOND, 110],
      ["8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf", THIRD, 164],
    ],
  },
  {
    name: "C.5 answers without Huffman, with eviction",
    tableBytes: 256,
    blocks: [
      [
        `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133
         2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70
         6c65 2e63 6f6d`,
        ANSWER_1,
        222,
      ],
      ["4803 3330 37c1 c0bf", ANSWER_2, 222],
      [
        `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d
         54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049
         5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e
         3d31`,
        ANSWER_3,
        215,
      ],
    ],
  },
  {
    name: "C.6 answers with Huffman, with eviction",
    tableBytes: 256,
    blocks: [
      [
        `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6
         2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
        ANSWER_1,
        222,
      ],
      ["4883 640e ffc1 c0bf", ANSWER_2, 222],
      [
        `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab
         77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f
         9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
        ANSWER_3,
        215,
      ],
    ],
  },
] as const;

describe("RFC 7541, appendix C", () => {
  test.each(EXAMPLES)("$name", ({ blocks, tableBytes }) => {
    const decoder = new HpackDecoder();
    // The examples take a table of 256 bytes for agreed; here the first block says so.
    const resize = tableBytes === undefined ? "" : "3fe1 01";
    blocks.forEach(([block, fields, size], index) => {
      expect(decoder.decode(hex(index === 0 ? resize + block : block))).toEqual(lines(fields));
      expect(decoder.tableBytes).toBe(size);
    });
  });
});

describe("what is no header block", () => {
  test.each([
    ["index 0", "80"],
    ["an index beyond both tables", "ff40"],
    ["a string cut short", "400a 6375"],
    ["a literal without its value", "0401 61".slice(0, 4)],
    ["an integer that never ends", "ffffffffffffff"],
    ["a table size beyond what is allowed", "3fe2 1f"],
    ["a table size in the middle", "82 20"],
    ["a Huffman string with the end-of-string code", "0084 ffff fffc 00"],
    ["a Huffman string padded with zeros", "0081 00 00"],
    ["a Huffman string with a whole byte of padding", "0082 1fff 00"],
  ])("%s", (_name, block) => {
    expect(() => new HpackDecoder().decode(hex(block))).toThrow(/HPACK/);
  });

  test("a bomb: a small block that unfolds to a large list", () => {
    const decoder = new HpackDecoder();
    const entry = encodeHeaders(1, [["a", "x".repeat(3900)]], false).subarray(9);
    entry[0] = 0x40;
    decoder.decode(entry);
    expect(() => decoder.decode(Buffer.alloc(17, 0xbe))).toThrow(/too large/);
  });

  test("law: any bytes decode or fault, and nothing else", () => {
    const outcome = (bytes: Uint8Array): unknown => {
      try {
        return new HpackDecoder().decode(Buffer.from(bytes));
      } catch (error) {
        return error;
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const got = outcome(bytes);
        expect(Array.isArray(got) || got instanceof ConnectionFault).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

test("law: what encodeHeaders writes reads back, also over several frames", () => {
  const text = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    maxLength: 300,
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 100 }), (fields) => {
      const bytes = encodeHeaders(5, fields, true);
      const frame = { type: FrameType.headers, flags: 0, streamId: 5, bytes };
      expect(new HpackDecoder().decode(headerBlockOf(frame))).toEqual(fields);
    }),
  );
});

describe("against node:http2 as encoder", () => {
  const sent = new Map<number, HeaderField[]>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const decoder = new HpackDecoder();
    let skip = CLIENT_PREFACE.length;
    const splitter = new FrameSplitter(
      (frame) => {
        if (frame.type === FrameType.headers) {
          sent.set(frame.streamId, [...decoder.decode(headerBlockOf(frame))]);
          waiting.splice(0).forEach((wake) => wake());
        }
        return "take";
      },
      () => undefined,
    );
    socket.write(hex("000000040000000000"));
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      const from = Math.min(skip, chunk.length);
      skip -= from;
      splitter.push(chunk.subarray(from));
    });
  });
  const waiting: (() => void)[] = [];
  afterAll(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });

  test("random header lists on one connection, every byte a value may hold", async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    session.on("error", () => undefined);
    const name = fc.string({
      unit: fc.constantFrom("a", "e", "j", "q", "x", "z", "0", "9", "-", "_", "."),
      minLength: 1,
      maxLength: 30,
    });
    const value = fc.string({
      unit: fc
        .integer({ min: 0x20, max: 0xff })
        .filter((code) => code !== 0x7f)
        .map((code) => String.fromCharCode(code)),
      maxLength: 120,
    });
    let streamId = -1;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 20 }), async (fields) => {
        const headers = new Map(fields.map(([key, text]) => [`x-${key}`, text.trim()]));
        streamId += 2;
        const stream = session.request({ ":path": "/p", ...Object.fromEntries(headers) });
        stream.on("error", () => undefined);
        while (!sent.has(streamId)) await new Promise<void>((resolve) => waiting.push(resolve));
        const got = sent.get(streamId)?.filter(([key]) => key.startsWith("x-"));
        expect(got).toEqual([...headers]);
        stream.close();
      }),
      { numRuns: 300 },
    );
    session.destroy();
  });

  test("Huffman codes of every length", async () => {
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    session.on("error", () => undefined);
    sent.clear();
    let streamId = -1;
    for (let code = 0x20; code <= 0xff; code += 1) {
      if (code === 0x7f) continue;
      // Short codes around the one that is tried make the encoder take Huffman.
      const text = `aaaaaaaaaaaaaaaaaaaaaaaaaa${String.fromCharCode(code)}e`;
      streamId += 2;
      session.request({ ":path": "/", "x-text": text }).on("error", () => undefined);
      while (!sent.has(streamId)) await new Promise<void>((resolve) => waiting.push(resolve));
      expect(fieldValue(sent.get(streamId) ?? [], "x-text")).toBe(text);
    }
    session.destroy();
  });
});

test("Huffman: the longest codes of all", () => {
  // RFC 7541, appendix B: symbol 10 is 3ffffffc in 30 bits, symbol 0 is 1ff8 in 13, 1 is 7fffd8 in 23.
  expect(decodeHuffman(hex("fffffff3"), 0, 4)).toBe("\n");
  expect(decodeHuffman(hex("ffc7"), 0, 2)).toBe("\u0000");
  expect(decodeHuffman(hex("ffffb1"), 0, 3)).toBe("\u0001");
});
