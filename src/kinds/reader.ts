import type { Dependent, Keys, KindName, Views, Within } from './views.ts';

/** Reads the current state. Rules, impacts and quotas use only this to see the world. */
export interface Reader {
  /** One entity; undefined when it does not exist. A reader that has it at hand returns it without a promise. */
  get<K extends KindName>(kind: K, key: Keys[K]): Views[K] | undefined | Promise<Views[K] | undefined>;
  /** The entities of a kind, as a list shows them; of very many changesets, only the newest, which include those in progress. */
  listed<K extends KindName>(kind: K, within: Within): Promise<readonly Views[K][]>;
  /** The entities of a kind with all details. */
  detailed<K extends KindName>(kind: K, within: Within): Promise<readonly Views[K][]>;
  /**
   * How many entities of a kind exist or, with `only`, have a status in progress, such as dataviews that make a version, and changesets
   * that are being loaded. Undefined if that cannot be read.
   */
  count(kind: KindName, within: Within, only?: 'in progress'): Promise<number | undefined>;
  /** The entities that refer to an entity and therefore prevent its deletion; none that it contains. */
  dependents<K extends KindName>(kind: K, key: Keys[K]): Promise<readonly Dependent[]>;
  /** The tags of an entity; undefined when it does not exist. */
  tags(arn: string): Promise<Readonly<Record<string, string>> | undefined>;
}

export interface QuotaReader extends Pick<Reader, 'get' | 'listed' | 'detailed' | 'count'> {
  dependents(kind: 'kx-volume', key: Keys['kx-volume']): Promise<readonly Dependent[]>;
}

/** A read is denied, or was incomplete. Checks that depend on it are skipped. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly unchecked: string;

  constructor(unchecked: string, cause: unknown) {
    super(unchecked, { cause });
    this.unchecked = unchecked;
  }
}
