/** Who may call the service: a key pair and, when it acts in an IAM role, that role's ARN. */
export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly role?: string | undefined;
}

/** `KEY:SECRET`, or `KEY:SECRET:ROLE_ARN` for a caller that acts in a role. */
export const CREDENTIAL = /^(\w{3,128}):([^:,\s]{3,128})(?::(arn:aws:iam::\d{12}:role\/[\w+=,.@/-]{1,512}))?$/;

/** Reads one credential; undefined for a text that is none. */
export function credentialFrom(text: string): Credential | undefined {
  const [, accessKeyId = '', secretAccessKey = '', role] = CREDENTIAL.exec(text) ?? [];
  return accessKeyId === '' ? undefined : { accessKeyId, secretAccessKey, role };
}
