import { z } from "zod";
import { documentId, documentPath, timestamp } from "./document.ts";

/**
 * ops/invitations/emails/{email}: whoever signs up with this address, verified by the identity
 * provider, joins the tenant instead of founding one. Written by trusted code only.
 */
export const invitationSchema = z.object({
  tenant_id: documentId,
  invited_by: documentId,
  expires_at: timestamp,
});
export type Invitation = z.infer<typeof invitationSchema>;

export const invitationPath = (email: string): string =>
  documentPath("ops", "invitations", "emails", email.toLowerCase());
