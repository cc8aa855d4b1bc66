import type { Subject } from '../../../local/store.ts';

/** What a transaction locks and reads first. */
export interface Range {
  /** The ARN of the world; undefined for everything in the store. */
  readonly world: string | undefined;
  /** The ARN of the environment that is, or contains, the subject. */
  readonly environment: string | undefined;
  /** What matters to a request: everything, the environments of the world, or only what is in the environment that contains the subject. */
  readonly scope: 'everything' | 'environments' | 'environment';
  /** Whether all environments of the world may change. */
  readonly isWholeWorld: boolean;
  /** Whether nothing but the subject and what contains it is likely to be read. */
  readonly readsOnlySubject: boolean;
  /** The subject, and what contains it. */
  readonly lineage: readonly { readonly collection: string; readonly name: string }[];
}

const EVERYTHING: Range = {
  world: undefined,
  environment: undefined,
  scope: 'everything',
  isWholeWorld: true,
  readsOnlySubject: false,
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
  const [first] = lineage;
  const environment = first && `${first.collection}/${first.name}`;
  const isInsideEnvironment = lineage.length > 1;
  const { isWholeWorld = false, readsOnlySubject = false } = subject;
  const scope = isInsideEnvironment ? 'environment' : 'environments';
  return { world, environment, scope, isWholeWorld: isWholeWorld && !isInsideEnvironment, readsOnlySubject, lineage };
}

/** Writes with the same key wait for the same lock. */
export const keyOfRange = ({ world = '', environment = '', scope }: Range): string =>
  scope === 'environment' ? environment : world;
