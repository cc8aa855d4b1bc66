import type { CommandShape } from '../command-line.ts';
import { SETTING_NAMES, type SettingName } from '../config.ts';
import { terminalColumns } from '../output.ts';
import { HTTP_SETTINGS } from '../transports/http/settings.ts';
import { helpText } from './help.ts';

const WORLD: SettingName[] = ['stateDir', 'state', 'world', 'quotas', 'lifecycle', 'region'];
/** Options of `finspace-mcp local` only. */
const LOCAL_ONLY: SettingName[] = ['credentials', 'control'];
/** What decides which tools are listed. */
const LISTING: SettingName[] = ['readOnly', 'toolsets', 'deny', 'environments', 'approve', 'catalog', 'outputSchemas'];

export const DEFAULT_COMMAND = 'stdio';

export const COMMANDS: Readonly<Record<string, CommandShape>> = {
  stdio: {
    summary: 'Serve one MCP client on stdin and stdout (the default).',
    settings: SETTING_NAMES.filter(
      (name) => name !== 'port' && !LOCAL_ONLY.includes(name) && !Object.hasOwn(HTTP_SETTINGS, name),
    ),
  },
  http: {
    summary: 'Serve MCP over HTTP, on loopback or, with authorization, to remote clients.',
    settings: SETTING_NAMES.filter((name) => name !== 'target' && !LOCAL_ONLY.includes(name)),
  },
  local: {
    summary: 'Serve the FinSpace-compatible service on a port, for AWS SDKs, the AWS CLI and Terraform.',
    settings: [
      ...WORLD,
      'store',
      'faults',
      'host',
      'port',
      ...LOCAL_ONLY,
      'accessLog',
      'logLevel',
      'logFormat',
      'config',
    ],
  },
  world: {
    summary:
      'List the worlds of the local service (the default), export one to stdout, import one (--world FILE), or reset one.',
    settings: [...WORLD, 'store', 'config'],
    word: 'list|export|import|reset',
    switches: { yes: 'Replace the world even if it was changed' },
  },
  approve: {
    summary: 'Show the open plans (of calls that wait for a person), and approve or decline one by its CODE.',
    settings: ['stateDir', 'state', 'store', 'config'],
    word: 'CODE',
    switches: {
      init: 'Set up the passphrase that approvals need',
      'trust-forms':
        'With --init or alone: let forms in MCP clients, and sign-ins on the approval page, approve without the passphrase',
      'distrust-forms': 'Undo --trust-forms',
      web: 'Approve on the local page, in a browser, instead of in this terminal',
      decline: 'Decline the plan CODE',
      'reset-clock':
        'Accept the present time although a later one was recorded; voids all open plans and unused approvals',
    },
  },
  journal: {
    summary: 'Print the record of every change (show, the default), or check the chain of its hashes (verify).',
    settings: ['stateDir', 'store', 'config'],
    word: 'show|verify',
    switches: { json: 'Print JSON lines even on a terminal; elsewhere, this is the default' },
  },
  store: {
    summary:
      'Manage the PostgreSQL database of --store, as its owner: create its tables (init), update them (migrate), import a state directory, show the status (the default), accept a restored backup, or remove the pinned keys, named targets and backend (unpin).',
    settings: ['store', 'stateDir', 'state', 'config'],
    word: 'init|migrate|import|status|accept-restore|unpin',
    switches: {
      roles: 'With init or migrate: create the role finspace_mcp_server, which has only the rights of a server',
    },
  },
  doctor: {
    summary:
      'Check what the server depends on (Node.js, files, approval, backend, credentials, clock) and change nothing.',
    settings: SETTING_NAMES.filter((name) => !LOCAL_ONLY.includes(name)),
    switches: { json: 'Print JSON' },
  },
  completion: {
    summary: 'Print a completion script for a shell. In bash, source <(finspace-mcp completion bash) loads it.',
    settings: [],
    word: 'bash|zsh|fish',
    requiresWord: true,
  },
  tools: {
    summary: 'List the tools that a client would see.',
    settings: [...LISTING, 'config'],
    switches: {
      json: 'Print JSON',
      tokens: 'Print how many tokens each tool costs (o200k); needs the package gpt-tokenizer',
    },
  },
};

/** The text of `--help` for one command; for the default command, it lists all. */
export function helpFor(command: string): string {
  const columns = terminalColumns();
  return helpText({ command, commands: COMMANDS, isGeneral: command === DEFAULT_COMMAND, env: process.env, columns });
}
