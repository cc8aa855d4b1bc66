interface Searchable {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: object;
}

const STOP_WORDS = new Set(
  'a an and any are as at be by can do does for from have how i in is it me my of on or our show that the there this to up want was we what when where which who why with you'.split(
    ' ',
  ),
);
/** The usual parameters of BM25. */
const K1 = 1.2;
const B = 0.75;

/** Words without their endings, so that `clusters` finds `cluster`. */
const words = (text: string): string[] =>
  (text.match(/[A-Z]?[a-z0-9]+|[A-Z]+/g) ?? [])
    .map((word) => word.toLowerCase())
    .filter((word) => !STOP_WORDS.has(word))
    .map((word) => (word.length < 4 ? word : word.replace(/(?:ing|ed|es|s|e)$/, '')));

/** The tools that share words with the question, best first (BM25 over names, descriptions and parameters). */
export function ranked<T extends Searchable>(question: string, tools: readonly T[]): T[] {
  const documents = tools.map((tool) => {
    const text = words(`${tool.name} ${tool.name} ${tool.title} ${tool.description} ${parameters(tool.inputSchema)}`);
    const counts = new Map<string, number>();
    for (const word of text) counts.set(word, (counts.get(word) ?? 0) + 1);
    return { tool, counts, length: text.length };
  });
  const average = documents.reduce((sum, { length }) => sum + length, 0) / Math.max(1, documents.length);
  const asked = [...new Set(words(question.slice(0, 500)))].map((word) => {
    const holders = documents.filter(({ counts }) => counts.has(word)).length;
    return { word, weight: Math.log(1 + (documents.length - holders + 0.5) / (holders + 0.5)) };
  });
  return documents
    .map(({ tool, counts, length }) => ({
      tool,
      score: asked.reduce((sum, { word, weight }) => {
        const count = counts.get(word) ?? 0;
        return sum + (weight * count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / average));
      }, 0),
    }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .map(({ tool }) => tool);
}

function parameters(schema: object): string {
  const { properties = {} } = schema as { properties?: Record<string, { description?: string }> };
  return Object.entries(properties)
    .map(([name, { description = '' }]) => `${name} ${description}`)
    .join(' ');
}
