import type { StatusCode } from "../../../data/status.ts";
import type { Backend } from "../../backend.ts";
import { startGateway } from "../../front.ts";
import { createRelayBackend } from "../relay-backend.ts";
import { HandClock } from "./hand-clock.ts";
import { StubUpstream } from "./stub-upstream.ts";
import { WordPolicy } from "./word-policy.ts";

/** A relay before a stub, with time in the test's hand. */
export interface RelayWorld {
  readonly port: number;
  readonly clock: HandClock;
  readonly policy: WordPolicy;
  readonly stub: StubUpstream;
  readonly backend: Backend;
  /** "PATH CODE by": how calls ended. */
  readonly answered: string[];
  close(): Promise<void>;
}

export async function startRelayWorld(
  options: {
    readonly headersFirst?: boolean;
    /** Another server than the stub. */
    readonly upstreamPort?: number;
    readonly settings?: Parameters<typeof StubUpstream.start>[0];
  } = {},
): Promise<RelayWorld> {
  const clock = new HandClock();
  const policy = new WordPolicy();
  const stub = await StubUpstream.start(options.settings);
  const answered: string[] = [];
  const backend = createRelayBackend({
    onFault: fail,
    clock,
    policy,
    endpoint: { host: "127.0.0.1", port: options.upstreamPort ?? stub.port },
    description: "stub",
    events: {
      called: () => undefined,
      answered: (path: string, code: StatusCode, by: string) =>
        void answered.push(`${path} ${code} ${by}`),
    },
    headersFirst: options.headersFirst ?? true,
  });
  const gateway = await startGateway({
    clock,
    host: "127.0.0.1",
    port: 0,
    backend,
    handleOwn: () => false,
  });
  return {
    port: gateway.port,
    clock,
    policy,
    stub,
    backend,
    answered,
    close: async () => {
      await gateway.close();
      await stub.stop();
    },
  };
}

/** A fault of ours must show. */
function fail(error: unknown): never {
  throw error;
}
