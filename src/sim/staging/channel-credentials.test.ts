import {
  Client,
  type Metadata,
  Server,
  ServerCredentials,
  type ChannelCredentials,
} from "@grpc/grpc-js";
import { afterEach, beforeEach, expect, it } from "vitest";
import { bareChannelCredentials, channelCredentials } from "./channel-credentials.ts";
import { testProject } from "./project.fixture.ts";

const same = (bytes: Buffer): Buffer => bytes;
const ECHO = {
  path: "/test/authorization",
  requestStream: false,
  responseStream: false,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
} as const;

let server: Server;
let port: number;

/** A server that answers with the authorization it was sent. */
beforeEach(async () => {
  server = new Server();
  server.addService(
    { echo: ECHO },
    {
      echo: (call: { metadata: Metadata }, done: (error: null, answer: Buffer) => void) =>
        done(null, Buffer.from(saidIn(call.metadata))),
    },
  );
  port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
});

afterEach(() => server.forceShutdown());

function saidIn(metadata: Metadata): string {
  const all = ["authorization", "x-goog-user-project"].flatMap((name) => metadata.get(name));
  return all.length === 0 ? "none" : all.join(", ");
}

function ask(credentials: ChannelCredentials): Promise<string> {
  const client = new Client(`127.0.0.1:${port}`, credentials);
  return new Promise<string>((resolve, reject) => {
    client.makeUnaryRequest(ECHO.path, same, same, Buffer.alloc(0), (error, answer) =>
      error === null ? resolve(String(answer)) : reject(error),
    );
  }).finally(() => client.close());
}

it("sends an access token with each call, also in plain text to this machine", async () => {
  expect(await ask(channelCredentials(testProject(port), "firestore"))).toBe("Bearer test-token");
});

it("names the project that a person's calls are reckoned to", async () => {
  const project = testProject(port, { quotaProject: () => Promise.resolve("payer") });
  expect(await ask(channelCredentials(project, "firestore"))).toBe("Bearer test-token, payer");
});

it("fails the call with the reason when there is no token", async () => {
  const project = testProject(port, {
    accessToken: () => Promise.reject(new Error("expired yesterday")),
  });
  await expect(ask(channelCredentials(project, "firestore"))).rejects.toThrow("expired yesterday");
});

it("sends none on a bare channel", async () => {
  expect(await ask(bareChannelCredentials(testProject(port), "firestore"))).toBe("none");
});
