import { readFileSync } from 'node:fs';

/** A question as someone types it, and the tools that would be right to use first. */
export type Question = readonly [asked: string, ...right: string[]];

const read = (name: string): readonly Question[] =>
  JSON.parse(readFileSync(new URL(`../data/questions/${name}.json`, import.meta.url), 'utf8'));

/** What operators, quant developers, support, SREs, auditors and newcomers ask, plainly or not; descriptions are tuned on these. */
export const TUNED_ON = read('tuned-on');

/** Plain questions of three hands that only measure, as hard as those of the aims. Whoever tunes on them moves them to the others and has new ones written by somebody else. */
export const UNSEEN_PLAIN = read('unseen-plain');

/** Harder ones that only measure: many do not name what they are about. */
export const UNSEEN = read('unseen');

/** As `UNSEEN`, three for each tool, the deprecated ones included, and mostly short; from the hand that wrote 1,192 of the tuned ones. */
export const UNSEEN_TERSE = read('unseen-terse');
