import { packagesIn } from './packages.ts';

/** The clients by others, and an authorization server, that CI installs. */
export const { installed, describeClient } = packagesIn('packages');
