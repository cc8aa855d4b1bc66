import { digest } from '../../digest.ts';

/** The form of a text that clients send back unchanged. */
export const opaque = (text: string): string => Buffer.from(text).toString('base64url');

/** The match of a pattern with the text in such a form; null without a match, or if `opaque` did not write the form. */
export function matchOpaque(given: string, pattern: RegExp): RegExpExecArray | null {
  const text = Buffer.from(given, 'base64url').toString();
  return opaque(text) === given ? pattern.exec(text) : null;
}

/** What such a text contains of the arguments of its call, so that it does not continue another call. */
export const shortDigest = (args: object): string => digest(args).slice(0, 8);
