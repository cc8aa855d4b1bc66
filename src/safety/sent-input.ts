import type { Members } from './blast/finding.ts';

/** The input without what is only meant for this server. */
export const sentInput = ({ remove: _, ...input }: Members): Members => input;
