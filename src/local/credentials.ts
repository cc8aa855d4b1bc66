/** Credentials for the service: a key pair and, if the caller acts in an IAM role, the ARN of that role. */
export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly role?: string | undefined;
}

/** `KEY:SECRET`, or `KEY:SECRET:ROLE_ARN` for a caller that acts in a role. */
export const CREDENTIAL = /^(\w{3,128}):([^:,\s]{3,128})(?::(arn:aws:iam::\d{12}:role\/[\w+=,.@/-]{1,512}))?$/;

/** Parses one credential; undefined for any other text. */
export function credentialFrom(text: string): Credential | undefined {
  const [, accessKeyId = '', secretAccessKey = '', role] = CREDENTIAL.exec(text) ?? [];
  return accessKeyId === '' ? undefined : { accessKeyId, secretAccessKey, role };
}
