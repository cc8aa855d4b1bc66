import type { Members } from './plan-parts.ts';

/** The input without members that only this server uses. */
export const sentInput = ({ remove: _, ...input }: Members): Members => input;
