import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/client';
import { SkillsClient } from '@modelcontextprotocol/client/ext/skills';
import { loadSkills } from '@modelcontextprotocol/server/ext/skills/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../scripts/project.ts';
import { listPrompts } from '../../src/prompts/index.ts';
import { skills } from '../../src/prompts/skills.ts';
import { closeAll, HTTP_HOSTS, product } from '../http/support.ts';
import { FRESH_WORLD, HOSTS, type Session } from '../support/hosts.ts';

const NAMES = listPrompts().map(({ name }) => name.replaceAll('_', '-'));
/** The library of the SDK, which compares each file with the digest and the front matter that the server publishes. */
const skillsOf = (session: Session) => new SkillsClient(session as unknown as Client);
const isOf2x = ({ name }: { readonly name: string }) => name.startsWith('client 2.x');

test('the skills of the plugins pass strict validation', async () => {
  const { entries } = await loadSkills(join(ROOT, 'skills'), { strict: true });
  expect(entries.map(({ frontmatter }) => frontmatter.name)).toEqual(NAMES.toSorted());
});

test('each runbook is a skill that says when to use it and what to ask for', () => {
  for (const [at, { name, description, text }] of skills().entries()) {
    const prompt = listPrompts()[at];
    expect(name).toBe(NAMES[at]);
    expect(description).toMatch(/ Use .+\.$/);
    expect(description).toContain(prompt?.description);
    for (const { name: input, required } of prompt?.arguments ?? [])
      expect(text).toContain(`- \`${input}\`${required ? '' : ' (optional)'}: `);
    expect(text).not.toMatch(/undefined|runbook \w+_/);
  }
});

test('the text of each skill uses every value that it asks for', () => {
  for (const [at, { name, text }] of skills().entries()) {
    const inputs = listPrompts()[at]?.arguments ?? [];
    const unused = inputs.filter((input) => text.split(`\`${input.name}\``).length < 3).map((input) => input.name);
    expect({ name, unused }).toEqual({ name, unused: [] });
  }
});

describe.each(HTTP_HOSTS.filter(isOf2x))('skills over HTTP for $name', ({ connect }) => {
  let session: Session;
  beforeAll(async () => {
    session = await connect((await product({ world: 'empty' })).url);
  });
  afterAll(closeAll);

  test('are listed, and read with the digests that the server publishes', async () => {
    const client = skillsOf(session);
    expect(client.supported).toBe(true);
    const { skills: listed } = await client.list();
    expect(listed.map(({ frontmatter }) => frontmatter.name)).toEqual(NAMES);
    for (const [at, skill] of listed.entries()) {
      expect((await client.get(skill.uri)).skill).toEqual(skill);
      expect((await client.read(skill)).text).toBe(skills()[at]?.text);
    }
  });

  test('are rejected if there is none of that name', async () => {
    await expect(skillsOf(session).get('skill://restart/SKILL.md')).rejects.toThrow(
      'There is no skill at "skill://restart/SKILL.md".',
    );
    await expect(session.readResource({ uri: 'skill://restart/SKILL.md' })).rejects.toThrow(/not found/);
  });
});

test('skills over stdio say how to find tools that are not listed', async () => {
  const [host] = HOSTS.filter(isOf2x);
  const session = await host?.connect([...FRESH_WORLD, '--catalog', 'search']);
  if (session === undefined) throw new Error('no client 2.x');
  const client = skillsOf(session);
  const { skills: listed } = await client.list();
  for (const skill of listed) expect((await client.read(skill)).text).toMatch(/find_tools.*call_write_tool\.\n$/);
  await session.close();
});
