import type { AwsCredentialIdentity, Provider } from '@smithy/types';

/** Masks the credentials in use in errors. */
export interface CredentialMask {
  /** A provider that also records its credentials here. */
  watch(provider: Provider<AwsCredentialIdentity>): Provider<AwsCredentialIdentity>;
  /** The text without the access key, the secret key and the session token, as they are or percent-encoded. */
  mask(text: string): string;
}

/** Shorter ones are placeholders such as `test`, whose masking would hide ordinary words. */
const MIN_SECRET_LENGTH = 8;
/** Old credentials are masked as well while new ones take over. */
const MAX_REMEMBERED = 2;

export function credentialMask(): CredentialMask {
  let identities: AwsCredentialIdentity[] = [];
  return {
    watch: (provider) => async () => {
      const identity = await provider();
      if (identity.secretAccessKey !== identities[0]?.secretAccessKey)
        identities = [identity, ...identities].slice(0, MAX_REMEMBERED);
      return identity;
    },
    mask: (text) => identities.flatMap(forms).reduce((masked, form) => masked.replaceAll(form, '[masked]'), text),
  };
}

function forms({ accessKeyId, secretAccessKey, sessionToken = '' }: AwsCredentialIdentity): string[] {
  const values = [accessKeyId, secretAccessKey, sessionToken].filter(({ length }) => length >= MIN_SECRET_LENGTH);
  return values.flatMap((value) => [value, encodeURIComponent(value)]);
}
