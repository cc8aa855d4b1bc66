import type { Subject } from '../../../local/store.ts';

/** What a transaction locks and reads first. */
export interface Range {
  /** The ARN of the world; undefined for everything in the store. */
  readonly world: string | undefined;
  /** The environment that is, or contains, the subject. */
  readonly environment: { readonly collection: string; readonly name: string } | undefined;
  /** Whether the subject is within an environment, so that nothing outside of it matters. */
  readonly isWithin: boolean;
  /** Whether all environments of the world may change. */
  readonly isWhole: boolean;
  /** Whether nothing but the subject and what contains it is likely to be read. */
  readonly isAlone: boolean;
  /** The subject, and what contains it. */
  readonly lineage: readonly { readonly collection: string; readonly name: string }[];
}

const EVERYTHING: Range = {
  world: undefined,
  environment: undefined,
  isWithin: false,
  isWhole: true,
  isAlone: false,
  lineage: [],
};
/** `arn:aws:finspace:REGION:ACCOUNT` */
const FIELDS_OF_WORLD = 5;

/** The range of a subject, by the form of its ARN: `WORLD:collection/name/collection/name`. */
export function rangeOf(subject: Subject | undefined): Range {
  if (subject === undefined) return EVERYTHING;
  const fields = subject.arn.split(':');
  const world = fields.slice(0, FIELDS_OF_WORLD).join(':');
  const parts = fields.slice(FIELDS_OF_WORLD).join(':').split('/');
  const lineage = parts.flatMap((name, at) =>
    at % 2 === 1 ? [{ collection: `${world}:${parts.slice(0, at).join('/')}`, name }] : [],
  );
  const isWithin = lineage.length > 1;
  const { isWhole = false, isAlone = false } = subject;
  return { world, environment: lineage[0], isWithin, isWhole: isWhole && !isWithin, isAlone, lineage };
}

/** A key that differs where ranges are locked apart from each other. */
export const keyOfRange = ({ world = '', environment, isWithin }: Range): string =>
  isWithin && environment !== undefined ? `${environment.collection}/${environment.name}` : world;
