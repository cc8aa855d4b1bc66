import { createHash } from 'node:crypto';
import {
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { lazy } from '../operations/operation.ts';
import type { ToolsNote } from '../prompts/runbook.ts';
import { type Skill, skills } from '../prompts/skills.ts';
import { PUBLIC_CACHE_HINTS } from '../resources/cache-hints.ts';
import { requireFirstPage } from '../resources/cursor.ts';
import { quoteUntrusted } from '../untrusted.ts';
import { isOf2025 } from './capabilities.ts';

const MAX_LENGTH = 300;

/** Serves the runbooks by the extension `io.modelcontextprotocol/skills` (SEP-2640), with a note about their tools. */
export function servedSkills(noteOn: ToolsNote) {
  const all = lazy(() => new Map(skills(noteOn).map((skill) => [`skill://${skill.name}/SKILL.md`, skill])));
  const entries = lazy(() => new Map(Array.from(all(), ([uri, skill]) => [uri, entry(uri, skill)])));
  return {
    handlers: {
      'skills/list': ({ params }: Request, context: ServerContext) => {
        requireFirstPage(params);
        return withCacheHints({ skills: [...entries().values()] }, context);
      },
      'skills/get': ({ params }: Request, context: ServerContext) => {
        const skill = entries().get(String(params?.uri));
        if (skill === undefined) throw unknownSkill(params?.uri);
        return withCacheHints({ skill }, context);
      },
    },
    /** The content of a skill, or undefined if the URI is not that of a skill. */
    read: (uri: string): ReadResourceResult | undefined => {
      const skill = uri.startsWith('skill:') ? all().get(uri) : undefined;
      return skill && { contents: [{ uri, mimeType: 'text/markdown', text: skill.text }], ...PUBLIC_CACHE_HINTS };
    },
  };
}

interface Request {
  readonly params?: { readonly cursor?: string; readonly uri?: unknown };
}

function entry(uri: string, { name, description, text }: Skill) {
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  return { uri, frontmatter: { name, description }, resources: [{ uri, digest, size: Buffer.byteLength(text) }] };
}

/** Only the protocol of 2026 says how long an answer may be cached. */
const withCacheHints = (result: object, context: ServerContext) =>
  isOf2025(context) ? result : { ...result, ...PUBLIC_CACHE_HINTS };

const unknownSkill = (uri: unknown) =>
  new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `There is no skill at ${quoteUntrusted(String(uri), MAX_LENGTH)}.`,
  );
