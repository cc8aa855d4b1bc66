import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { isIdentityExpired } from '@smithy/core';
import type { AwsCredentialIdentity, Provider } from '@smithy/types';
import { credentialError, requireUsableProfile } from './credential-errors.ts';
import type { CredentialMask } from './credential-mask.ts';
import { processCredentials } from './credential-process.ts';
import { sourceInProfile, usesKeysOf } from './credential-source.ts';
import { diagnose } from './diagnose.ts';
import { type SharedProfile, sharedProfile } from './shared-profile.ts';

/** The AWS credentials of this process. */
export interface Credentials {
  /** The current credentials, renewed before they expire. Rejects with a DiagnosedError that says why there are none. */
  readonly current: Provider<AwsCredentialIdentity>;
  /**
   * The outcome of `send`. If its credentials are rejected, they are read again; if they have changed, the outcome is that of
   * `sendAgain`. A request that was rejected for its credentials has not run.
   */
  use<T>(send: () => Promise<T>, sendAgain: () => Promise<T>): Promise<T>;
}

/** Credentials from the SDK's default chain, in its order; `init` is the configuration of the client. */
export function credentials(profile: string | undefined, init: object, watch: CredentialMask['watch']): Credentials {
  const provider = watch(() => find(profile, init));
  let cached: AwsCredentialIdentity | undefined;
  let pendingRead: Promise<AwsCredentialIdentity> | undefined;
  const read = () => {
    pendingRead ??= provider().finally(() => {
      pendingRead = undefined;
    });
    return pendingRead;
  };
  const current = async () => {
    if (cached === undefined || isIdentityExpired(cached)) cached = await read();
    return cached;
  };
  const hasOther = async (refused: AwsCredentialIdentity) => {
    if (!differ(await current(), refused)) cached = await read();
    return differ(await current(), refused);
  };
  return {
    current,
    use: async (send, sendAgain) => {
      const used = await current();
      try {
        return await send();
      } catch (thrown) {
        const { refusedCredentials, transientCause } = diagnose(thrown);
        if (refusedCredentials && transientCause === undefined && (await hasOther(used))) return sendAgain();
        throw thrown;
      }
    },
  };
}

const differ = (a: AwsCredentialIdentity, b: AwsCredentialIdentity) =>
  a.accessKeyId !== b.accessKeyId || a.secretAccessKey !== b.secretAccessKey || a.sessionToken !== b.sessionToken;

async function find(chosen: string | undefined, init: object): Promise<AwsCredentialIdentity> {
  const profile = await sharedProfile(chosen);
  requireUsableProfile(profile);
  const { name, isChosen } = profile;
  try {
    const command = processCommand(profile);
    if (command !== undefined) return await processCredentials(name, command);
    return await defaultProvider({ ...init, ...(isChosen ? { profile: name } : {}), ignoreCache: true })();
  } catch (error) {
    throw await credentialError(error, profile);
  }
}

/** The command of the profile's `credential_process`, if the SDK would use it. */
function processCommand(profile: SharedProfile): string | undefined {
  const isUsed = !usesKeysOf(process.env, profile) && sourceInProfile(profile) === 'credential_process';
  return isUsed ? profile.settings?.['credential_process'] : undefined;
}
