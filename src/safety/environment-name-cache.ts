import { environmentIdIn } from '../operations/arn.ts';

/** Learns the names of environments from backend replies. */
export interface EnvironmentNameCache {
  learn(output: object): void;
  /** The name of the call's environment, by its id or an ARN; undefined if none was seen. */
  of(input: Readonly<Record<string, unknown>>): string | undefined;
}

export function environmentNameCache(): EnvironmentNameCache {
  const names = new Map<unknown, string>();
  return {
    learn: (output) => {
      const { environment, environments } = output as { environment?: unknown; environments?: unknown };
      for (const one of [output, environment, ...(Array.isArray(environments) ? environments : [])]) {
        const { environmentId, name } = Object(one) as { environmentId?: unknown; name?: unknown };
        if (typeof environmentId === 'string' && typeof name === 'string') names.set(environmentId, name);
      }
    },
    of: (input) => names.get(environmentIdIn(input)),
  };
}
