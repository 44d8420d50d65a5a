import { ChannelCredentials, credentials, Metadata } from "@grpc/grpc-js";
import type { StagingApi, StagingProject } from "./project.ts";

/**
 * What a gRPC channel of ours to an API is opened with: each call carries an access token of the
 * default credentials. For `sslCreds` of Google's generated clients; leave their `ssl` unset.
 */
export function channelCredentials(project: StagingProject, api: StagingApi): ChannelCredentials {
  const { tokens } = project;
  const perCall = credentials.createFromMetadataGenerator((_, done) => {
    Promise.all([tokens.accessToken(), tokens.quotaProject()]).then(
      ([token, quotaProject]) => {
        const metadata = new Metadata();
        metadata.set("authorization", `Bearer ${token}`);
        if (quotaProject !== undefined) metadata.set("x-goog-user-project", quotaProject);
        done(null, metadata);
      },
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  });
  const channel = project.endpoints[api].tls ? credentials.createSsl() : new LoopbackChannel();
  return credentials.combineChannelCredentials(channel, perCall);
}

/** For channels whose calls carry tokens of their own, such as users' listeners. */
export function bareChannelCredentials(
  { endpoints }: Pick<StagingProject, "endpoints">,
  api: StagingApi,
): ChannelCredentials {
  return endpoints[api].tls ? credentials.createSsl() : credentials.createInsecure();
}

/**
 * Plain text that says it is secure: the library sends no token over a channel that does not say so.
 * A project file takes plain text for hosts of this machine only.
 */
class LoopbackChannel extends ChannelCredentials {
  readonly #plain = credentials.createInsecure();

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: ChannelCredentials): boolean {
    return other === this;
  }

  override _createSecureConnector(
    ...parameters: Parameters<ChannelCredentials["_createSecureConnector"]>
  ): ReturnType<ChannelCredentials["_createSecureConnector"]> {
    return this.#plain._createSecureConnector(...parameters);
  }
}
