import type { CompositeTool } from '../dependencies.ts';
import { checkQuotas } from './check-quotas.ts';
import { compareEnvironments } from './compare-environments.ts';
import { describeEnvironment } from './describe-environment.ts';
import { findEntities } from './find-entities.ts';
import { findProblems } from './find-problems.ts';
import { waitFor } from './wait-for.ts';
import { whatDependsOn } from './what-depends-on.ts';

/** The tools that answer questions across operations; all of them only read. */
export const FLEET_TOOLS = [
  describeEnvironment,
  findEntities,
  findProblems,
  whatDependsOn,
  compareEnvironments,
  checkQuotas,
  waitFor,
] as const satisfies readonly CompositeTool[];

export type FleetToolName = (typeof FLEET_TOOLS)[number]['name'];
