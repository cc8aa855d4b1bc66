import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the source tree. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** `package.json` of the source tree, as far as scripts read it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly author: string;
  readonly repository: { readonly type: 'git'; readonly url: string };
  readonly engines: { readonly node: string };
  readonly scripts: { readonly postpublish: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Reads a manifest; that of the source tree by default. */
export const readManifest = (path = join(ROOT, 'package.json')): Manifest => JSON.parse(readFileSync(path, 'utf8'));

/** What registries, marketplaces and clients show of the server, in one line. */
export const SUMMARY = "Manage FinSpace kdb environments; a person approves each delete by typing the target's name";

/** The owner that `repository` names until the project has a home. */
export const PLACEHOLDER = 'OWNER';

/** The names of the project elsewhere. All follow from `repository` in `package.json`, the only place that names the owner. */
export function homeOf({ name, repository }: Pick<Manifest, 'name' | 'repository'>) {
  const [, owner = ''] = /^git\+https:\/\/github\.com\/([\w-]+)\/[\w.-]+\.git$/.exec(repository.url) ?? [];
  if (owner === '') throw new Error(`package.json: repository.url is not git+https://github.com/…/….git`);
  const homepage = repository.url.slice('git+'.length, -'.git'.length);
  const image = `ghcr.io/${owner.toLowerCase()}/${name}`;
  return { owner, homepage, bugs: `${homepage}/issues`, mcpName: `io.github.${owner}/${name}`, image };
}
