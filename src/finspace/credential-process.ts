import { exec } from 'node:child_process';
import type { AwsCredentialIdentity } from '@smithy/types';
import { misconfigured } from './diagnosed-error.ts';

/** More than any credentials take. */
const MAX_OUTPUT_BYTES = 1024 * 1024;
/** Time for a person to answer what the command asks on another device, such as a telephone. */
const MAX_MS = 60_000;

/**
 * The output of the `credential_process` of a profile. Rejects with a DiagnosedError whose text names the exit code of a command that
 * fails. The SDK's provider is not used: version 3.523.0 runs a failing command twice and loses its exit code.
 */
export async function processCredentials(profile: string, command: string): Promise<AwsCredentialIdentity> {
  const what = `The credential_process of the AWS profile ${JSON.stringify(profile)}`;
  const processError = (how: string) =>
    misconfigured(
      `${what} ${how}.`,
      'Have a person run that command in a terminal, as the user that runs this server, and correct what it reports.',
    );
  const stdout = await new Promise<string>((resolve, reject) => {
    exec(command, { timeout: MAX_MS, maxBuffer: MAX_OUTPUT_BYTES, windowsHide: true }, (error, output) => {
      if (error === null) return resolve(output);
      const { code, killed, signal } = error;
      if ((code as unknown) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
        return reject(processError('printed more than 1 MiB'));
      if (killed) return reject(processError(`did not end within ${MAX_MS / 1_000} s`));
      reject(processError(typeof code === 'number' ? `failed with exit code ${code}` : `was ended by ${signal}`));
    });
  });
  const printed = parse(stdout);
  if (printed === undefined)
    throw processError('did not print credentials (JSON with Version 1, AccessKeyId and SecretAccessKey)');
  const { expiration } = printed;
  if (expiration !== undefined && !(expiration.getTime() > Date.now()))
    throw processError('printed expired credentials');
  return printed;
}

function parse(stdout: string): AwsCredentialIdentity | undefined {
  try {
    const printed = JSON.parse(stdout) as Record<string, unknown> | null;
    const { Version, AccessKeyId, SecretAccessKey, SessionToken, Expiration } = printed ?? {};
    if (Version !== 1 || typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string') return undefined;
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      ...(typeof SessionToken === 'string' && SessionToken !== '' && { sessionToken: SessionToken }),
      ...(typeof Expiration === 'string' && { expiration: new Date(Expiration) }),
    };
  } catch {
    return undefined;
  }
}
