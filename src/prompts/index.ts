import { type GetPromptResult, type Prompt, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { didYouMean } from '../nearest.ts';
import { quoteUntrusted } from '../untrusted.ts';
import type { ToolsNote } from './runbook.ts';
import { RUNBOOKS, type Runbook } from './runbooks.ts';

const MAX_LENGTH = 200;

/** What `prompts/list` shows. */
export function listPrompts(): Prompt[] {
  return RUNBOOKS.map(({ text: _, when: __, ...prompt }) => prompt);
}

/** The runbook with a name. Throws ProtocolError when there is none. */
export function requirePrompt(name: string): Runbook {
  const runbook = RUNBOOKS.find((candidate) => candidate.name === name);
  if (runbook !== undefined) return runbook;
  const names = RUNBOOKS.map((candidate) => candidate.name);
  const otherwise = `. Existing ones: ${names.join(', ')}.`;
  throw invalid(`Unknown prompt ${quoteUntrusted(name, MAX_LENGTH)}${didYouMean(name, names, { otherwise })}`);
}

/** One prompt with its arguments filled in, and a note about its tools. Throws ProtocolError for an unknown prompt or wrong arguments. */
export function getPrompt(
  name: string,
  given: Record<string, string> = {},
  noteOn: ToolsNote = () => '',
): GetPromptResult {
  const runbook = requirePrompt(name);
  const unknown = Object.keys(given).find((argument) => !runbook.arguments.some((each) => each.name === argument));
  if (unknown !== undefined)
    throw invalid(`${name} has no argument ${quoteUntrusted(unknown, MAX_LENGTH)}${suggestion(unknown, runbook)}`);
  const missing = runbook.arguments.filter((argument) => argument.required && !given[argument.name]);
  if (missing.length > 0)
    throw invalid(`The prompt ${name} requires: ${missing.map((argument) => argument.name).join(', ')}`);
  const long = runbook.arguments.find((argument) => (given[argument.name] ?? '').length > MAX_LENGTH);
  if (long !== undefined) throw invalid(`${long.name}: at most ${MAX_LENGTH} characters`);
  const present = runbook.arguments.filter((argument) => given[argument.name]);
  const filled = Object.fromEntries(
    present.map((argument) => [argument.name, quoteUntrusted(given[argument.name] ?? '', 2 * MAX_LENGTH)]),
  );
  const steps = runbook.text(filled);
  const text = `${steps}\n${noteOn(steps)}`.trim();
  return { description: runbook.description, messages: [{ role: 'user', content: { type: 'text', text } }] };
}

const suggestion = (argument: string, runbook: Runbook) => {
  const names = runbook.arguments.map((each) => each.name);
  return didYouMean(argument, names, { otherwise: `; available: ${names.join(', ')}.` });
};

const invalid = (message: string) => new ProtocolError(ProtocolErrorCode.InvalidParams, message);
