import { createHash } from 'node:crypto';
import { DEFAULT_ACCOUNT } from '../../src/local/defaults.ts';
import type { WorldFile } from '../../src/local/worlds/world-file.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const REGION = 'us-east-1';
export const ZONE = 'use1-az1';

export type Tags = Readonly<Record<string, string>>;
export type Entity = WorldFile['entities'][number];

export const DIGITS = '123456789';
export const HEX = '0123456789abcdef';
export const LOWER_CASE = 'abcdefghijklmnopqrstuvwxyz0123456789';
const MIXED_CASE = `${LOWER_CASE}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;

/** What is needed to create the entities of a world. */
export interface World {
  /** The time from which ages are counted, in milliseconds. */
  readonly now: number;
  add(entity: Entity): void;
  /** An id derived from its purpose, the same whenever the world is built. */
  id(purpose: string, length?: number, alphabet?: string): string;
  uuid(purpose: string): string;
  role(name: string): string;
  /** The name of the partition of a day, such as `2026.03.17`. */
  partition(daysAgo: number): string;
}

export function emptyWorld(name: string, now: number, entities: Entity[]): World {
  const id = (purpose: string, length = 22, alphabet = MIXED_CASE) =>
    Array.from(digest(`${name}/${purpose}`).subarray(0, length), (byte) => alphabet[byte % alphabet.length]).join('');
  return {
    now,
    add: (entity) => void entities.push(entity),
    id,
    uuid: (purpose) => id(purpose, 32, HEX).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5'),
    role: (role) => `arn:aws:iam::${DEFAULT_ACCOUNT}:role/${role}`,
    partition: (daysAgo) => partitionOf(now - daysAgo * DAY),
  };
}

/** The partition for the day of a time. */
export const partitionOf = (moment: number): string => new Date(moment).toISOString().slice(0, 10).replaceAll('-', '.');

const digest = (text: string) => createHash('sha256').update(text).digest();

/** What every entity may have. Its age is 90 days by default, and must be less than that of its environment. */
export interface Settings {
  readonly age?: number;
  readonly description?: string;
  readonly tags?: Tags | undefined;
}

/** Where entities of an environment are added. */
export interface Place {
  readonly world: World;
  readonly environment: string;
  /** `kxEnvironment/ID`. */
  readonly path: string;
  readonly createdAt: (age?: number) => number;
}

interface Added extends Settings {
  /** How long after its creation it became ACTIVE; entities without a status leave it out. */
  readonly readyAfter?: number;
}

/** Adds an entity of an environment. Returns its body. */
export function added<T extends object>(
  { world, path, createdAt }: Place,
  kind: string,
  name: string,
  members: T,
  { age, description, tags, readyAfter }: Added = {},
): T & { modified: number } {
  const created = createdAt(age);
  const body = { ...members, created, modified: created, ...(description && { description }) };
  const status = readyAfter === undefined ? '' : 'ACTIVE';
  const since = created + (readyAfter ?? 0);
  world.add({ in: `${path}/${kind}`, name, status, since, tags, body });
  return body;
}
