import type { KindName, Views } from './views.ts';

/** What an inventory knows about an entity besides its view. */
interface InventoryMembers {
  'kx-cluster': { readonly nodes?: readonly Views['kx-node'][] | undefined };
  'kx-database': { readonly newestData?: string | undefined };
  'kx-changeset': {
    readonly isNewestCompleted?: boolean;
    /** The completed changesets that were created after it: how many, and when the first became active. */
    readonly newer?: { readonly count: number; readonly since: string | undefined } | undefined;
  };
  'kx-scaling-group': {
    readonly clusters?: readonly string[] | undefined;
    /** The memory that its clusters reserve; undefined if not all of them were read. */
    readonly reservedMiB?: number | undefined;
  };
  'kx-node': {
    readonly clusterName?: string;
    readonly clusterType?: unknown;
    readonly nodeType?: unknown;
  };
  'kx-volume': {
    readonly attachedClusters?: readonly { readonly clusterName?: string | undefined }[] | undefined;
  };
}

/** An entity of a kind as an inventory shows it. Lists leave out members. */
export type FactSource<K extends KindName> = Partial<Views[K]> &
  (K extends keyof InventoryMembers ? InventoryMembers[K] : object);

/** Something to know about an entity, and what answers do with it. */
export interface Fact<V> {
  readonly of: (view: V) => unknown;
  /** Other names, of the API or of its users. */
  readonly also?: readonly string[];
  /** The members of its values, if these are objects: conditions and groups can name them, too. */
  readonly parts?: readonly string[];
  /** The list of its kind shows it, so answers need not read each entity. Optional if the list shows everything (`isListedWhole`). */
  readonly listed?: true;
  /** A request sets it, and comparisons show it by its name, not as type, size or host. */
  readonly setting?: true;
  /** Not searched for texts: it is about other entities or the present state, or repeats another fact. */
  readonly unsearched?: true;
  /** Known only once the nodes of the entity, its dependents or its database are read. */
  readonly needs?: 'nodes' | 'dependents' | 'database';
  /** Rows show it in another form, so the details of a row omit it. */
  readonly replacedInRow?: true;
  readonly unit?: 'MiB' | 'GB' | 'bytes';
  /** What it adds up to over several entities. */
  readonly totals?: readonly Total[];
}

export interface Total {
  readonly name: string;
  /** The member of each value that counts; by default, the whole value. */
  readonly member?: string;
  /** Another fact, which multiplies it. */
  readonly times?: string;
  /** The fact by whose values it is added up. */
  readonly by?: string;
  /** Given only if the fact is known of every entity. */
  readonly needsAll?: true;
}

export type Facts<K extends KindName> = Readonly<Record<string, Fact<FactSource<K>>>>;

/** The zone of what is in one zone. */
export const ZONE: Fact<{ readonly availabilityZoneId?: string | undefined }> = {
  of: ({ availabilityZoneId }) => availabilityZoneId,
  also: ['availabilityZone', 'az'],
  listed: true,
  setting: true,
};
