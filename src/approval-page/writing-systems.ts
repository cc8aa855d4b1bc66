/** A run of a text; a letter of another script than most letters of its word is a run of its own, with the name of the script. */
export interface Run {
  readonly text: string;
  readonly script?: string;
}

/** Names of scripts. Scripts that one language mixes count as one. */
const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  ['fullwidth', /[\uff21-\uff5a]/],
  ['Latin', /\p{scx=Latin}/u],
  ['Cyrillic', /\p{scx=Cyrillic}/u],
  ['Greek', /\p{scx=Greek}/u],
  ['Armenian', /\p{scx=Armenian}/u],
  ['Cherokee', /\p{scx=Cherokee}/u],
  ['Georgian', /\p{scx=Georgian}/u],
  ['East Asian', /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}\p{scx=Hangul}]/u],
  ['mathematical', /[\u{1d400}-\u{1d7ff}]/u],
];

/** A text in runs, so that look-alike letters can be marked. */
export function scriptRuns(text: string): readonly Run[] {
  if (/^[\0-\x7f]*$/.test(text)) return [{ text }];
  return text.split(/(?<=\s)(?=\S)/u).flatMap(wordRuns);
}

function wordRuns(word: string): readonly Run[] {
  const letters = Array.from(word, (character) => ({ character, script: scriptOf(character) }));
  const counts = new Map<string, number>();
  for (const { script } of letters) if (script !== undefined) counts.set(script, (counts.get(script) ?? 0) + 1);
  if (counts.size < 2) return [{ text: word }];
  const [[most] = ['']] = [...counts].sort(([, a], [, b]) => b - a);
  const runs: Run[] = [];
  for (const { character, script } of letters) {
    const last = runs.at(-1);
    if (script !== undefined && script !== most) runs.push({ text: character, script });
    else if (last === undefined || last.script !== undefined) runs.push({ text: character });
    else runs[runs.length - 1] = { text: last.text + character };
  }
  return runs;
}

function scriptOf(character: string): string | undefined {
  if (/[a-z]/i.test(character)) return 'Latin';
  if (!/\p{L}/u.test(character)) return undefined;
  return SCRIPTS.find(([, like]) => like.test(character))?.[0] ?? 'another';
}
