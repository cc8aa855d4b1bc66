import { closest, distance } from 'fastest-levenshtein';

interface Searchable {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Search words that do not occur in the tool's texts. */
  readonly keywords: string;
  readonly deprecated: boolean;
  readonly inputSchema: object;
}

/** English words that say nothing about the subject of a question. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about all am an and any anything are as at be been but by can could did do does do for from had has have he her him his how i if in
  into is it its just me must my no not now of on or our please right s she should so such t that the their them then there these they
  this to us was we were what when where which who why will with would you your`.split(/\s+/),
);
/** The usual parameters of BM25. */
const K1 = 1.2;
const B = 0.75;
/** Weight of a word with another ending: `clusters` also finds `cluster`, but prefers `clusters`. */
const WITHOUT_ENDING = 0.5;

interface Index {
  readonly formOf: (word: string) => string;
  readonly weight: number;
}
const withoutEnding = (word: string) => (word.length < 4 ? word : word.replace(/(?:ing|ions?|ed|es|s|e)$/, ''));
const INDEXES: readonly Index[] = [
  { formOf: (word) => word, weight: 1 },
  { formOf: withoutEnding, weight: WITHOUT_ENDING },
];
/** The part of the letters of an unknown word that may be wrong: two in `dataveiw`. */
const MISSPELT = 1 / 4;

const words = (text: string): string[] =>
  (text.match(/[A-Z]?[a-z0-9]+|[A-Z]+/g) ?? [])
    .map((word) => word.toLowerCase())
    .filter((word) => !STOP_WORDS.has(word));

/** The indexed texts of a tool, with weights: names count more than parameters. */
const FIELDS: readonly { readonly textOf: (tool: Searchable) => string; readonly weight: number }[] = [
  { textOf: ({ name, title }) => `${name} ${title}`, weight: 1 },
  { textOf: ({ description }) => description, weight: 1 },
  { textOf: ({ keywords }) => keywords, weight: 1 },
  { textOf: ({ inputSchema }) => parameters(inputSchema).join(' '), weight: 0.25 },
];
/** Weight of a deprecated tool. */
const DEPRECATED = 0.5;

/** The tools that share words with the question, best first (BM25 over each field); a tool whose exact name is given comes first. */
export function rankTools<T extends Searchable>(question: string, tools: readonly T[]): T[] {
  const queryWords = spelt(words(question), tools);
  const name = question
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]/g, '_');
  const scores = FIELDS.flatMap(({ textOf, weight }) => {
    const texts = tools.map((tool) => words(textOf(tool)));
    return INDEXES.map((index) => scoreTexts(queryWords, texts, { ...index, weight: index.weight * weight }));
  });
  return tools
    .map((tool, at) => {
      const score = scores.reduce((sum, ofTools) => sum + (ofTools[at] ?? 0), 0);
      return { tool, score: tool.name === name ? Infinity : score * (tool.deprecated ? DEPRECATED : 1) };
    })
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .map(({ tool }) => tool);
}

/** The words, of which each unknown one is replaced by a similar one of the tools, if there is one. */
function spelt(questionWords: readonly string[], tools: readonly Searchable[]): string[] {
  const known = [...new Set(FIELDS.flatMap(({ textOf }) => tools.flatMap((tool) => words(textOf(tool)))))];
  const stems = new Set(known.map(withoutEnding));
  return questionWords.map((word) => {
    if (stems.has(withoutEnding(word))) return word;
    const similar = closest(word, [...known, '']);
    return distance(word, similar) <= word.length * MISSPELT ? similar : word;
  });
}

function scoreTexts(queryWords: readonly string[], texts: readonly string[][], { formOf, weight }: Index): number[] {
  const counted = texts.map((text) => {
    const counts = new Map<string, number>();
    for (const word of text.map(formOf)) counts.set(word, (counts.get(word) ?? 0) + 1);
    return counts;
  });
  const average = texts.reduce((sum, { length }) => sum + length, 0) / Math.max(1, texts.length);
  const weighted = [...new Set(queryWords.map(formOf))].map((word) => {
    const holders = counted.filter((counts) => counts.has(word)).length;
    return { word, weight: weight * Math.log(1 + (texts.length - holders + 0.5) / (holders + 0.5)) };
  });
  return counted.map((counts, at) => {
    const length = (texts[at]?.length ?? 0) / average;
    return weighted.reduce((sum, { word, weight }) => {
      const count = counts.get(word) ?? 0;
      return sum + (weight * count * (K1 + 1)) / (count + K1 * (1 - B + B * length));
    }, 0);
  });
}

/** The names and descriptions of parameters at every depth. */
function parameters(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, items } = schema as {
    properties?: Record<string, { description?: string }>;
    items?: unknown;
  };
  const own = Object.entries(properties).map(([name, member]) => [
    name,
    member.description ?? '',
    ...parameters(member),
  ]);
  return [...own.flat(), ...parameters(items)];
}
