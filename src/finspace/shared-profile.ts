import { loadConfig } from '@smithy/node-config-provider';

/** A profile of `~/.aws/config` and `~/.aws/credentials`. */
export interface SharedProfile {
  readonly name: string;
  /** Whether it is selected by name, with `--profile` or AWS_PROFILE, or as the `source_profile` of another one. */
  readonly isChosen: boolean;
  /** Its settings in the files; undefined when neither file has the profile. */
  readonly settings: Readonly<Record<string, string | undefined>> | undefined;
}

/** The profile in use, as the files have it now. */
export function sharedProfile(chosen: string | undefined): Promise<SharedProfile> {
  const named = chosen ?? (process.env['AWS_PROFILE'] || undefined);
  return readProfile(named ?? 'default', { isChosen: named !== undefined });
}

/** The profile and the profiles that it takes its credentials from, in order. */
export async function withSources(profile: SharedProfile): Promise<SharedProfile[]> {
  const all = [profile];
  for (;;) {
    const source = all.at(-1)?.settings?.['source_profile'];
    if (source === undefined || all.some(({ name }) => name === source)) return all;
    all.push(await readProfile(source, { isChosen: true }));
  }
}

async function readProfile(name: string, { isChosen }: Pick<SharedProfile, 'isChosen'>): Promise<SharedProfile> {
  const read = loadConfig<Record<string, string | undefined>>(
    {
      environmentVariableSelector: () => undefined,
      configFileSelector: (merged) => merged,
      default: {},
    },
    { profile: name, preferredFile: 'credentials', ignoreCache: true },
  );
  const settings = await read();
  return { name, isChosen, settings: Object.keys(settings).length === 0 ? undefined : settings };
}
