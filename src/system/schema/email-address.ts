import { z } from "zod";

/**
 * An address the service can keep: plain letters, digits and _ ' + - between single dots, at a host
 * name of plain letters. Sign-up and provisioning both ask this, so nobody signs up who could never
 * be provisioned. Addresses in other scripts and quoted ones are refused: an invitation's document
 * ID is the address, and one address in two spellings would be two. firestore.rules states the same
 * pattern for the change of an address. At most 254 characters (RFC 5321, erratum 1690).
 */
export const emailAddress = z
  .string()
  .max(254)
  .regex(
    /^[A-Za-z0-9_'+-]+(\.[A-Za-z0-9_'+-]+)*@([A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$/,
    'expected an e-mail address of plain letters such as "ann@example.com"',
  );
