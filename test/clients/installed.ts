import { packagesIn } from './packages.ts';

/** The third-party clients, and an authorization server, that CI installs. */
export const { installed, describeClient } = packagesIn('packages');
