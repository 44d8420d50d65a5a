import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { cannotListen } from "../gateway/open-gateway.ts";

/** Where an operator has a server listen, and the option that says so. */
interface Place {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly flag: string;
}

/** Has the server listen there, and gives the port. Throws a UserError where the operator can put it right. */
export async function listenAt(server: Server, place: Place): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(place.port, place.host, resolve);
    });
  } catch (error) {
    throw cannotListen(error, place);
  }
  return (server.address() as AddressInfo).port;
}
