import type { Keys, KindName, User, Views, Within } from './views.ts';

/** Reads the present state. Rules, impacts and quotas see the world only through it. */
export interface Reader {
  /** One entity; undefined when it does not exist. */
  get<K extends KindName>(kind: K, key: Keys[K]): Promise<Views[K] | undefined>;
  /** The entities of a kind with what a list of them shows. */
  listed<K extends KindName>(kind: K, within: Within): Promise<readonly Views[K][]>;
  /** The same with all that is known of each. */
  all<K extends KindName>(kind: K, within: Within): Promise<readonly Views[K][]>;
  /** How many there are, or how many versions and loads are in progress; undefined where nothing shows that. */
  count(kind: KindName, within: Within, only?: 'in progress'): Promise<number | undefined>;
  /** What refers to an entity and so keeps it from being deleted, in order. */
  users<K extends KindName>(kind: K, key: Keys[K]): Promise<readonly User[]>;
}

/** The backend denies a read. What depends on it stays unchecked. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly unchecked: string;

  constructor(unchecked: string, cause: unknown) {
    super(unchecked, { cause });
    this.unchecked = unchecked;
  }
}
