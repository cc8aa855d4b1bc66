import { didYouMean } from '../nearest.ts';

/** Longer words are not tool names. */
const MAX_WORD_LENGTH = 200;

/** `; did you mean x?` for a tool name that is misspelt, has a client's prefix, or is in another case; otherwise `otherwise`. */
export function suggestTool(word: string, known: readonly string[], otherwise = ''): string {
  const plain = word.length > MAX_WORD_LENGTH ? word : snakeCase(word);
  const prefixed = known.filter((name) => plain.endsWith(`_${name}`));
  const [longest = plain] = prefixed.sort((a, b) => b.length - a.length);
  return didYouMean(longest, known, { otherwise });
}

/** `get_kx_cluster` for `mcp__finspace__get_kx_cluster`, `finspace.GetKxCluster` and `get-kx-cluster`. */
const snakeCase = (word: string) =>
  word
    .replace(/^.*(?:__|[./:])/, '')
    .replace(/(?<=[a-z\d])(?=[A-Z])/g, '_')
    .replace(/[-\s]/g, '_')
    .toLowerCase();
