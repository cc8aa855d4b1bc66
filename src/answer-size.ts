import { counted, truncate } from './inventory/units.ts';

/** Maximum text in one answer or resource, in bytes of UTF-8. */
export const MAX_TEXT = 60_000;
/** Maximum data in it; the rest is for notes. */
export const MAX_DATA = 56_000;

export const bytesOf = (text: string): number => Buffer.byteLength(text);

type Members = Readonly<Record<string, unknown>>;

/**
 * Numbers of items of each list that may be kept; the largest that fits is used, otherwise 1. Texts keep `CHARACTERS_PER_ITEM` times
 * as many characters.
 */
const ITEM_LIMITS = [3, 10, 30, 100, 300];
const CHARACTERS_PER_ITEM = 40;
/** Objects of the API have fewer members than this; maps may have any number. */
const MAX_MEMBERS = 60;
const MAX_PATHS = 20;
const MAX_PATH_LENGTH = 500;

/**
 * A JSON object in at most `maxBytes` bytes, as `render` writes it; with one item of each list, it may still be larger. It has the first
 * items of long lists, the beginnings of long texts, and `omitted`, which names at most `MAX_PATHS` paths of what was cut.
 */
export function shortened(value: Members, maxBytes: number, render: (value: unknown) => string): Members {
  if (bytesOf(render(value)) <= maxBytes) return value;
  let short = withFirstItems(value, 1);
  for (const kept of ITEM_LIMITS) {
    const longer = withFirstItems(value, kept);
    if (bytesOf(render(longer)) > maxBytes) break;
    short = longer;
  }
  return short;
}

function withFirstItems(whole: Members, kept: number): Members {
  const omitted = new Map<string, string>();
  const omit = (path: string, limit: number, what: string) => {
    if (omitted.size < MAX_PATHS) omitted.set(path, `all but the first ${limit} ${what}`);
  };
  const short = (value: unknown, path: string): unknown => {
    if (typeof value === 'string') {
      if (value.length <= kept * CHARACTERS_PER_ITEM) return value;
      omit(path, kept * CHARACTERS_PER_ITEM, 'characters');
      return truncate(value, kept * CHARACTERS_PER_ITEM);
    }
    if (typeof value !== 'object' || value === null) return value;
    if (!Array.isArray(value)) return shortMembers(value, path);
    if (value.length > kept) omit(path, kept, 'items');
    return value.slice(0, kept).map((item) => short(item, `${path}[]`));
  };
  const shortMembers = (value: object, path: string): Members => {
    const members = Object.entries(value);
    if (members.length > MAX_MEMBERS) omit(path, MAX_MEMBERS, 'members');
    const shown = members.slice(0, MAX_MEMBERS).map(([name, member]) => {
      const within = truncate(path === '' ? name : `${path}.${name}`, MAX_PATH_LENGTH);
      if (name.length > MAX_PATH_LENGTH) omit(within, MAX_PATH_LENGTH, 'characters of the name');
      return [truncate(name, MAX_PATH_LENGTH), short(member, within)];
    });
    return Object.fromEntries(shown);
  };
  const value = shortMembers(whole, '');
  return { omitted: Object.fromEntries(omitted), ...value };
}

/**
 * Lines in at most `maxBytes` bytes: the first and the last ones, with the number of omitted lines between them. Lines of more than
 * `MAX_LINE_LENGTH` characters are cut.
 */
export function shortenedLines(text: string, maxBytes: number): string {
  if (bytesOf(text) <= maxBytes) return text;
  const lines = text.split('\n').map((line) => truncate(line, MAX_LINE_LENGTH));
  let [omittedFrom, omittedTo] = [0, lines.length];
  for (let left = maxBytes - MAX_NOTE_LENGTH; omittedFrom < omittedTo; ) {
    const isAtStart = omittedFrom <= lines.length - omittedTo;
    left -= bytesOf(lines[isAtStart ? omittedFrom : omittedTo - 1] as string) + 1;
    if (left < 0) break;
    if (isAtStart) omittedFrom += 1;
    else omittedTo -= 1;
  }
  const omitted = omittedTo - omittedFrom;
  const note = omitted === 0 ? [] : [`(${counted('line', omitted)} ${omitted === 1 ? 'is' : 'are'} left out here.)`];
  return [...lines.slice(0, omittedFrom), ...note, ...lines.slice(omittedTo)].join('\n');
}

const MAX_LINE_LENGTH = 4_000;
const MAX_NOTE_LENGTH = 100;
