import type { Db, Env, State, Version, View, Volume } from './state.ts';

/** How the model rejects a request: with the name of a modelled error. */
export class Rejection extends Error {}
export function unless(condition: boolean, error: string): asserts condition {
  if (!condition) throw new Rejection(error);
}

/** The environment, if its contents can be changed. */
export function changeableEnv(state: State, id: string): Env {
  const env = state.envs.get(id);
  unless(env !== undefined, 'ResourceNotFound');
  unless(env.status !== 'DELETED', 'Validation');
  unless(env.status === 'CREATED', 'Conflict');
  return env;
}

export function existing<T>(things: Map<string, T>, name: string): T {
  const thing = things.get(name);
  unless(thing !== undefined, 'ResourceNotFound');
  return thing;
}

export const nameIsFree = (state: State, name: string) =>
  [...state.envs.values()].every((env) => env.name !== name || env.status === 'DELETED');

export function readyVolume(env: Env, name: string): Volume {
  const volume = existing(env.volumes, name);
  unless(volume.status === 'ACTIVE', 'Conflict');
  return volume;
}

/** Dataviews are for clusters on a group only, whether they exist or not. */
export function requireGroupForViews(group: string | undefined, databases: readonly { dataviewName?: string }[]): void {
  for (const { dataviewName } of databases) unless(dataviewName === undefined || group !== undefined, 'Validation');
}

/** What a cluster mounts of a database: the newest ready version of a dataview, or the latest changeset. */
export function mount(env: Env, database: string, viewName?: string) {
  const db: Db = existing(env.databases, database);
  if (viewName === undefined) return { database, changeset: db.last?.id };
  const view: View = existing(db.views, viewName);
  const version: Version | undefined = view.versions.find(({ active }) => active);
  unless(view.status === 'ACTIVE' && version !== undefined, 'Conflict');
  return { database, changeset: version.changeset, view: viewName, version };
}
