import { existsSync, readFileSync } from 'node:fs';
import type { Tool } from '@modelcontextprotocol/server';
import { operationOf } from '../src/operations/naming.ts';
import { describedTools } from '../src/tools/list.ts';
import { STOP_WORDS } from '../src/tools/search/rank.ts';
import { type Question, TUNED_ON, UNSEEN, UNSEEN_PLAIN, UNSEEN_TERSE } from '../test/search/questions.ts';
import { verdict } from './measure.ts';

type Searchable = Pick<Tool, 'name' | 'description' | 'inputSchema'>;

/** How a host searches: the two parameters of BM25, and whether words lose their endings. */
interface Searcher {
  readonly k1: number;
  readonly b: number;
  readonly stems: boolean;
}
export const USUAL: Searcher = { k1: 1.2, b: 0.75, stems: false };
export const FLATTER: Searcher = { k1: 0.9, b: 0.4, stems: false };

interface Found {
  /** Shares of the questions whose right tool comes first, and among the first three. */
  readonly first: number;
  readonly firstThree: number;
  /** The questions whose right tool is not first: where it stands (0 when nowhere) and what came before it. */
  readonly misses: readonly { asked: string; right: string; rank: number; before: string[] }[];
}

function words(text: string, stems: boolean): string[] {
  const kept = (text.toLowerCase().match(/[a-z0-9]+/g) ?? []).filter((word) => !STOP_WORDS.has(word));
  return stems ? kept.map(stem) : kept;
}

const stem = (word: string) =>
  word.length < 5 ? word.replace(/(?<=[^s]{2})s$/, '') : word.replace(/(?:ings?|ed|es|s|e)$/, '');

/** `transit Gateway ID` for `transitGatewayID`. */
const apart = (name: string) => name.replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ');

/** The names and descriptions of parameters at every depth. */
function parameters(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, items } = schema as { properties?: Record<string, Tool>; items?: unknown };
  const own = Object.entries(properties).map(([name, of]) => [apart(name), of.description ?? '', ...parameters(of)]);
  return [...own.flat(), ...parameters(items)];
}

function ranker(tools: readonly Searchable[], { k1, b, stems }: Searcher): (question: string) => string[] {
  const documents = tools.map(({ name, description = '', inputSchema }) => {
    const all = words([name.replaceAll('_', ' '), description, ...parameters(inputSchema)].join(' '), stems);
    const counts = new Map<string, number>();
    for (const word of all) counts.set(word, (counts.get(word) ?? 0) + 1);
    return { name, counts, length: all.length };
  });
  const averageLength = documents.reduce((sum, { length }) => sum + length, 0) / documents.length;
  const rarity = (word: string) => {
    const holders = documents.filter(({ counts }) => counts.has(word)).length;
    return Math.log(1 + (documents.length - holders + 0.5) / (holders + 0.5));
  };
  return (question) => {
    const asked = [...new Set(words(question, stems))].map((word) => ({ word, weight: rarity(word) }));
    const scored = documents.map(({ name, counts, length }) => {
      const score = asked.reduce((sum, { word, weight }) => {
        const count = counts.get(word) ?? 0;
        return sum + (weight * count * (k1 + 1)) / (count + k1 * (1 - b + (b * length) / averageLength));
      }, 0);
      return { name, score };
    });
    const found = scored.filter(({ score }) => score > 0).sort((one, other) => other.score - one.score);
    return found.map(({ name }) => name);
  };
}

/** The tools that share a word with the question, best first, as BM25 ranks them. */
export const rankTools = (question: string, tools: readonly Searchable[], searcher = USUAL): string[] =>
  ranker(tools, searcher)(question);

/** The 50 tools made from operations. */
export const operationTools = () => describedTools().filter(({ name }) => operationOf(name) !== undefined);

/** How well `questions` find their tools. */
export function search(
  questions: readonly Question[] = TUNED_ON,
  searcher = USUAL,
  tools: readonly Searchable[] = operationTools(),
): Found {
  const rank = ranker(tools, searcher);
  const answers = questions.map(([asked, ...right]) => {
    const names = rank(asked);
    const index = names.findIndex((name) => right.includes(name));
    return { asked, right: right.join(' or '), rank: index + 1, before: names.slice(0, index < 0 ? 3 : index) };
  });
  const share = (places: number) => answers.filter(({ rank: at }) => at > 0 && at <= places).length / answers.length;
  return { first: share(1), firstThree: share(3), misses: answers.filter(({ rank: at }) => at !== 1) };
}

/** The same tools as the AWS SDK's documentation describes their operations. */
function officialTools(): readonly Searchable[] {
  const commands = new URL('../node_modules/@aws-sdk/client-finspace/dist-types/commands/', import.meta.url);
  return operationTools().map((tool) => {
    const file = new URL(`${operationOf(tool.name)}Command.d.ts`, commands);
    const [, text = ''] = /\* (<p>.*?)\n \* @example/s.exec(existsSync(file) ? readFileSync(file, 'utf8') : '') ?? [];
    return { ...tool, description: text.replace(/<[^>]+>|\n \*/g, ' ') };
  });
}

/** How often hosts that search find the right tool: with our descriptions, and with the official ones as the reference. */
export async function main(): Promise<void> {
  const searchers = { 'k1 1.2, b 0.75': USUAL, 'k1 0.9, b 0.4': FLATTER, 'with stemming': { ...USUAL, stems: true } };
  const sets = {
    'tuned on': TUNED_ON,
    'unseen, plain': UNSEEN_PLAIN,
    'unseen, hard': UNSEEN,
    'unseen, terse': UNSEEN_TERSE,
  };
  for (const [name, searcher] of Object.entries(searchers)) {
    for (const [set, questions] of Object.entries(sets)) {
      const [ours, official] = [operationTools(), officialTools()].map((tools) => shares(questions, searcher, tools));
      console.log(`${name.padEnd(15)} ${set.padEnd(13)} ours ${ours}  official descriptions ${official}`);
    }
  }
  const all = describedTools();
  for (const [set, questions] of Object.entries(sets)) {
    const late = search(questions, USUAL, all).misses.filter(({ rank }) => rank === 0 || rank > 5);
    console.log(`among all ${all.length} tools, ${set}: first five ${(1 - late.length / questions.length).toFixed(3)}`);
  }
  const { first, firstThree, misses } = search(UNSEEN_PLAIN);
  for (const { asked, right, rank, before } of misses.filter(({ rank: at }) => at === 0 || at > 3))
    console.log(`${rank || '-'}. ${asked}\n   ${right}; before it: ${before.slice(0, 3).join(', ')}`);
  console.log(verdict('unseen, plain: right tool first', first, 0.8, 'at least'));
  console.log(verdict('unseen, plain: right tool in the first three', firstThree, 0.95, 'at least'));
}

function shares(questions: readonly Question[], searcher: Searcher, tools: readonly Searchable[]): string {
  const { first, firstThree } = search(questions, searcher, tools);
  return `first ${first.toFixed(3)}, first three ${firstThree.toFixed(3)}`;
}

if (import.meta.filename === process.argv[1]) await main();
