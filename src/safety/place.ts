import type { Home } from './home.ts';

/** Where a call would go, in words for a person. */
export interface Place {
  readonly backend: string;
  readonly region: string;
  /** The alias under which the backend was chosen, where several are served. */
  readonly target?: string | undefined;
  /** The file of a local world, where it is not the default one. */
  readonly world?: string | undefined;
}

/** A labelled value of a dialog; the value may come from the API. */
export type Fact = readonly [label: string, value: string];

/** Where it would happen, the environment first. */
export const placeFacts = ({ region, backend, world }: Place, { environment, account }: Home): Fact[] =>
  Object.entries({ environment, account, region, backend, world }).flatMap(([label, value]) =>
    value === undefined ? [] : [[label, value] as const],
  );
