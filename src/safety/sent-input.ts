import type { Members } from './finding.ts';

/** The input without members that only this server uses. */
export const sentInput = ({ remove: _, ...input }: Members): Members => input;
