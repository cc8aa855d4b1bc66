import { PATTERN_DEVIATIONS, type PatternDeviation } from './deviations.ts';
import { officialShape } from './official.ts';

type Rule = (value: string) => boolean;

/** What the model alone says about a string: its length in characters, and a pattern that must occur in it. */
export function officialRule(shape: string): Rule {
  return ruleOf(shape, officialPattern(shape));
}

/** What the model says about a string in one place, as changed by the rows of the deviations. */
export function expectedRule(shape: string, place: string): Rule {
  return deviationsOf(shape, place).reduce((rule, row) => changed(shape, rule, row), officialRule(shape));
}

export const deviationsOf = (shape: string, place: string) =>
  PATTERN_DEVIATIONS.filter((row) => row.shape === shape && (row.place ?? place) === place);

/** The official pattern, with the `u` flag if possible: `\p{Z}` needs it, and other patterns are invalid with it. */
export function officialPattern(shape: string): RegExp {
  const { pattern = '.*' } = officialShape(shape);
  return new RegExp(pattern, compilesUnderU(pattern) ? 'u' : '');
}

export function compilesUnderU(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}

function changed(shape: string, rule: Rule, { change }: PatternDeviation): Rule {
  if ('anchored' in change) return ruleOf(shape, anchored(officialPattern(shape)));
  if ('refuses' in change) return (value) => rule(value) && !change.refuses.test(value);
  if ('accepts' in change) return (value) => rule(value) || (fits(shape, value) && change.accepts.test(value));
  return officialRule(change.as);
}

const ruleOf =
  (shape: string, pattern: RegExp): Rule =>
  (value) =>
    fits(shape, value) && pattern.test(value);

function fits(shape: string, value: string): boolean {
  const { min = 0, max = Number.POSITIVE_INFINITY } = officialShape(shape);
  const length = value.length < min ? value.length : [...value].length;
  return length >= min && length <= max;
}

/** The pattern that the whole string must match. */
export const anchored = ({ source, flags }: RegExp) => new RegExp(`^(?:${source})$`, flags);
