import type { Restrictions } from '../../src/safety/policy.ts';

export const UNRESTRICTED: Restrictions = {
  readOnly: false,
  toolsets: undefined,
  deny: [],
  environments: undefined,
  approve: [],
};
