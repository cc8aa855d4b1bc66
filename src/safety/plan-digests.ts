import { digest } from '../digest.ts';
import type { PlanLocation } from './backend-location.ts';
import type { Members } from './plan-parts.ts';

/** What an approval is bound to. */
export interface BoundCall {
  /** The tool that would run. */
  readonly tool: string;
  readonly input: Members;
  readonly backendLocation: PlanLocation;
  readonly principal: string;
  /** Digest of the target and its dependents: plans with the same digest are based on the same state. */
  readonly stateDigest: string;
}

/** The digest of everything that an approval is bound to. */
export const callDigestOf = ({ tool, input, backendLocation, principal, stateDigest }: BoundCall): string =>
  // The names of the members are part of the digest, which outlives an update of this server.
  digest({ tool, input, place: backendLocation, principal, fingerprint: stateDigest });

/** Differs when the entity was replaced or changed by someone else, or when the loads into it changed. */
export function entityDigestOf(entity: Members, loads: readonly string[] = []): string {
  const lasting = Object.fromEntries(Object.entries(entity).filter(([member]) => !VOLATILE.includes(member)));
  return digest(loads.length === 0 ? lasting : { lasting, loads });
}

/** Members of an entity that change while its dependents are deleted. */
const VOLATILE = ['attachedClusters', 'clusters', 'activeVersions', 'status', 'statusReason', 'lastModifiedTimestamp'];
