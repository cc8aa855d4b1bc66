import type { Prompt } from '@modelcontextprotocol/server';
import type { OperationName } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';

/** A text that leads an agent through the tools in the right order. */
export interface Runbook extends Prompt {
  readonly title: string;
  readonly description: string;
  /** When to use it; a model chooses skills by this and the description. */
  readonly when: string;
  /**
   * While a person types an argument with the name of an API member, MCP completion suggests its values; not for changesets, because no
   * prompt has an argument for their database.
   */
  readonly arguments: { name: string; description: string; required: boolean }[];
  /** The text; arguments are quoted values or, in a skill, their names; undefined when omitted. */
  readonly text: (given: Readonly<Record<string, string | undefined>>) => string;
}

/** What follows a text that names tools: how to find them, and which of them are not offered. */
export type ToolsNote = (text: string) => string;

const DESCRIPTIONS = {
  environmentId: 'Id or name of the kdb environment',
  clusterName: 'Name of the cluster',
  changesetId: 'The changeset to move to; by default the newest completed one',
  nodeId: 'The node to examine, if the problem is one node',
};
type Described = keyof typeof DESCRIPTIONS;

/** Arguments by name; a question mark marks optional ones. */
export const argumentsNamed = (...names: (Described | `${Described}?`)[]): Runbook['arguments'] =>
  names.map((each) => {
    const name = each.replace('?', '') as Described;
    return { name, description: DESCRIPTIONS[name], required: !each.endsWith('?') };
  });

/** A required argument with a description of its own. */
export const argument = (name: string, description: string) => ({ name, description, required: true });

/** An optional argument with a description of its own. */
export const optionalArgument = (name: string, description: string) => ({ name, description, required: false });

/** The tool of an operation, as steps refer to it. */
export const tool = (name: OperationName) => `\`${toolName(name)}\``;

const IDS = `environmentId takes the id or the name of an environment; if two have the same name, ${tool('ListKxEnvironments')} shows their ids.`;

/** A goal, numbered steps, and rules for all steps. */
export const steps = (goal: string, list: readonly string[], rules: readonly string[]): string =>
  [goal, '', ...list.map((step, index) => `${index + 1}. ${step}`), '', IDS, ...rules].join('\n');

export const REPORT =
  'Before each change, say what you are about to do and why. After the last step, report what was done, with the values that you read.';
export const STOP = 'Stop and report if a step fails or finds something unexpected; do not improvise.';
