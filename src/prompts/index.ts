import { type GetPromptResult, type Prompt, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { toolName } from '../operations/naming.ts';

interface Runbook extends Prompt {
  readonly arguments: { name: string; description: string; required: boolean }[];
  readonly text: (given: Record<string, string>) => string;
}

/** The runbooks: texts that lead an agent through the tools in the right order. */
const RUNBOOKS: readonly Runbook[] = [
  {
    name: 'diagnose_kx_cluster',
    title: 'Diagnose a cluster',
    description: 'Find out why a cluster failed, is stuck or lags behind its data, and what to do about it.',
    arguments: [
      { name: 'environmentId', description: 'The kdb environment', required: true },
      { name: 'clusterName', description: 'The cluster', required: true },
    ],
    text: ({ environmentId, clusterName }) =>
      [
        `Diagnose the cluster ${JSON.stringify(clusterName)} in the kdb environment ${JSON.stringify(environmentId)}.`,
        `1. ${toolName('GetKxCluster')}: take status, statusReason, databases (changesetId or dataviewConfiguration), capacity or scaling group.`,
        `2. ${toolName('ListKxClusterNodes')}: look for nodes that stay PROVISIONING.`,
        `3. For each database it mounts: ${toolName('GetKxDatabase')}, and compare lastCompletedChangesetId with what the cluster mounts. ${toolName('ListKxChangesets')} shows what is pending or failed; ${toolName('GetKxChangeset')} has the errorInfo.`,
        `4. If it mounts a dataview: ${toolName('GetKxDataview')}, and see which of its active versions lists the cluster.`,
        `5. If it runs on a scaling group: ${toolName('GetKxScalingGroup')}; add up memoryReservation times nodeCount of its clusters against the host's memory.`,
        '6. Say in three parts: what is wrong and since when; the evidence, with the values that you read; what to do, in order. Change nothing without being asked.',
      ].join('\n'),
  },
];

/** What `prompts/list` shows. */
export function listPrompts(): Prompt[] {
  return RUNBOOKS.map(({ text: _, ...prompt }) => prompt);
}

/** One prompt with its arguments filled in. Throws ProtocolError for an unknown prompt or a missing argument. */
export function getPrompt(name: string, given: Record<string, string> = {}): GetPromptResult {
  const runbook = RUNBOOKS.find((candidate) => candidate.name === name);
  if (runbook === undefined)
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt ${JSON.stringify(name)}`);
  const missing = runbook.arguments.filter((argument) => argument.required && !given[argument.name]);
  if (missing.length > 0) {
    const names = missing.map((argument) => argument.name).join(', ');
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `The prompt ${name} needs: ${names}`);
  }
  const description = runbook.description ?? '';
  return { description, messages: [{ role: 'user', content: { type: 'text', text: runbook.text(given) } }] };
}
