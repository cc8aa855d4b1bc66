import { pathOf } from '../kinds/names.ts';
import type { Reader } from '../kinds/reader.ts';
import { dependentKinds, dependentsAmong } from '../kinds/references.ts';
import type { KindName } from '../kinds/views.ts';
import type { Members } from './plan-parts.ts';

/** An entity that an earlier call creates. */
export interface CreatedEntity {
  readonly kind: KindName;
  /** The input of its create, which shows no status, and therefore counts as ready. */
  readonly view: Members;
}

/** A reader whose `get` and `dependents` also find the entities that earlier calls create; its lists and counts do not. */
export const withCreated = (read: Reader, created: readonly CreatedEntity[]): Reader => ({
  ...read,
  get: async (kind, key) => {
    const path = pathOf(kind, { ...key });
    const found = created.find((each) => each.kind === kind && pathOf(kind, each.view) === path);
    return (await read.get(kind, key)) ?? (found?.view as never);
  },
  dependents: async (kind, key) => {
    const viewsOf = (each: KindName) => created.filter((entity) => entity.kind === each).map(({ view }) => view);
    const added = dependentKinds(kind).flatMap((each) => dependentsAmong(each, viewsOf(each), kind, key));
    return [...(await read.dependents(kind, key)), ...added];
  },
});
