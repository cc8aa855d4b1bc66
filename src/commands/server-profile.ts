import type { ServerProfile } from '../answers.ts';
import type { Config } from '../config.ts';
import { backendLocation } from './backend-location.ts';

export function serverProfile(config: Config): ServerProfile {
  const { readOnly, toolsets, deny, approve, environments, catalog, outputSchemas } = config;
  return {
    backendLocation: backendLocation(config),
    restrictions: { readOnly, toolsets, deny, approve, environments },
    catalog,
    outputSchemas,
  };
}
