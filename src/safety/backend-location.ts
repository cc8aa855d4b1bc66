import type { TargetEnvironment } from './target-environment.ts';

/** The backend that a call would affect, in words for a person. */
export interface BackendLocation {
  readonly backend: string;
  readonly region: string;
  /** The alias of the selected backend, if several are served. */
  readonly target?: string | undefined;
  /** The file of a local world, if it is not the default one. */
  readonly world?: string | undefined;
}

/** Where a plan was made; if people sign in to approve, also by which server. */
export interface PlanLocation extends BackendLocation {
  /**
   * The id of the local world's file, known once the file is open. A copy has another id, so that no approval is valid for it.
   */
  readonly worldId?: string | undefined;
  /** Differs between servers whose approvers may differ, without revealing who they are. */
  readonly server?: string | undefined;
  /** The id of the store that servers share; undefined if the plan is in a state directory. */
  readonly store?: string | undefined;
}

/** A value in the text of a plan, with its label; the value may come from the API. */
export type LabelledValue = readonly [label: string, value: string];

/** The labels of facts about a location, in order. */
export const LOCATION_LABELS = ['environment', 'account', 'region', 'backend', 'world'] as const;

/** The backend and the environment of a call, with labels. */
export function locationFacts(backend: BackendLocation, environment: TargetEnvironment): LabelledValue[] {
  const all = { ...backend, ...environment };
  return LOCATION_LABELS.flatMap((label) => (all[label] === undefined ? [] : [[label, all[label]] as const]));
}
