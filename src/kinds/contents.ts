import { byteSize, counted, diskText } from './amounts.ts';
import { typeAndStatus } from './dependents.ts';
import { holdsUnsaved, UNSAVED } from './kx-cluster-restarts.ts';
import { loadsInto, loadsText } from './loads.ts';
import type { Item, Loss } from './model.ts';
import { KIND_NAMES, keyIn } from './names.ts';
import type { Reader } from './reader.ts';
import { pathItem, statusOf } from './rules.ts';
import { deletionIn, hasStarted, isGone } from './statuses.ts';
import type { Keys, KindName, Views } from './views.ts';

type InEnvironment = Exclude<KindName, 'environment' | 'kx-environment' | 'kx-changeset' | 'kx-node'>;

/** An entity in an environment, with what is lost with it. */
export interface Content {
  readonly kind: InEnvironment;
  readonly key: Readonly<Record<string, string>>;
  readonly view: object;
  readonly status: string | undefined;
  readonly item: Loss;
  /** The changesets that are being loaded into a database. */
  readonly loads: readonly string[];
}

/** What an item says of an entity, and whether only its details show that. */
interface Description<K extends InEnvironment> {
  readonly needsDetails?: true;
  readonly detail: (view: Views[K]) => string | undefined;
  /** Data in it that is nowhere else, as far as lists show. */
  readonly unsaved?: (view: Views[K]) => string | undefined;
  readonly loads?: (read: Reader, key: Keys[K]) => Promise<readonly string[]>;
}

const DESCRIPTIONS: { readonly [K in InEnvironment]: Description<K> } = {
  'kx-cluster': {
    detail: ({ clusterType, status }) => typeAndStatus(clusterType, status),
    unsaved: (cluster) => (holdsUnsaved(cluster) && hasStarted(cluster.status) ? UNSAVED : undefined),
  },
  'kx-dataview': {
    detail: ({ databaseName }) => `of ${databaseName}`,
    unsaved: ({ readWrite }) => (readWrite === true ? 'uncommitted changes' : undefined),
  },
  'kx-volume': { needsDetails: true, detail: ({ nas1Configuration }) => diskText(nas1Configuration) },
  'kx-database': {
    needsDetails: true,
    detail: ({ numBytes, numChangesets }) =>
      `${byteSize(numBytes)}, ${counted('changeset', Number(numChangesets) || 0)}`,
    loads: loadsInto,
  },
  'kx-scaling-group': { detail: ({ hostType }) => hostType },
  'kx-user': { detail: () => undefined },
};

/** The kinds that an environment contains, without changesets and nodes, in an order in which they can be deleted. */
export const CONTENT_KINDS = KIND_NAMES.filter((kind): kind is InEnvironment => kind in DESCRIPTIONS).toReversed();

/** The entities of these kinds in an environment, kind by kind, without those that a list shows although they are deleted. */
export async function contentsOf(
  read: Reader,
  environmentId: string,
  kinds: readonly InEnvironment[],
): Promise<Content[]> {
  const found = await Promise.all(kinds.map((kind) => contentsOfKind(read, environmentId, kind)));
  return found.flat();
}

async function contentsOfKind<K extends InEnvironment>(
  read: Reader,
  environmentId: string,
  kind: K,
): Promise<Content[]> {
  const { needsDetails, detail, unsaved, loads: loadsOf }: Description<K> = DESCRIPTIONS[kind];
  const views = await (needsDetails ? read.detailed : read.listed)(kind, { environmentId });
  const content = async (view: Views[K]): Promise<Content> => {
    const key = keyIn(kind, { ...view, environmentId });
    const loads = (await loadsOf?.(read, key)) ?? [];
    const { createdTimestamp, createTimestamp = createdTimestamp } = view as Record<string, string | undefined>;
    const status = statusOf(view);
    const described = [withFailedDeletion(detail(view), status), unsaved?.(view)];
    const description = described.filter((each) => each !== undefined).join(', ');
    const item = { ...pathItem(kind, key, `${description}${loadsText(loads)}` || undefined), made: createTimestamp };
    return { kind, key, view, status, item, loads };
  };
  return Promise.all(views.filter((view) => !isGone(statusOf(view))).map(content));
}

/** The item of a cluster with its own savedown storage, which only its details show, and which may hold data that is not loaded yet. */
export function withUnlisted(item: Item, { savedownStorageConfiguration: savedown }: Views['kx-cluster']): Item {
  if (savedown?.size === undefined) return item;
  const texts = [item.detail, `${savedown.size} GiB of savedown storage`];
  return { ...item, detail: texts.filter((text) => text !== undefined).join(', ') };
}

/** The detail of an entity, with its status if a deletion has failed. The details of clusters already end with their status. */
function withFailedDeletion(detail: string | undefined, status: string | undefined): string | undefined {
  if (deletionIn(status) !== 'failed' || detail?.endsWith(String(status))) return detail;
  return detail === undefined ? status : `${detail}, ${status}`;
}
