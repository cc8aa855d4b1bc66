import { describe, expect, it } from 'vitest';
import { FRESH_WORLD, HOSTS } from '../support/hosts.ts';

describe('the instructions of the server', () => {
  const instructions = async (...args: string[]) => {
    const other = await (HOSTS[1] as (typeof HOSTS)[number]).connect([...FRESH_WORLD, ...args]);
    const text = (other as unknown as { getInstructions(): string }).getInstructions();
    const { tools } = await other.listTools();
    await other.close();
    return { text, names: tools.map(({ name }) => name) };
  };

  it.each([[[]], [['--toolsets', 'tags']], [['--read-only']], [['--deny', 'wait_for_kx_entity,list_kx_environments']]])(
    'with %j name only offered tools, and are short',
    async (args) => {
      const { text, names } = await instructions(...args);
      for (const tool of text.match(/\b[a-z]+_[a-z_]+\b/g) ?? []) expect(names).toContain(tool);
      expect(text.length).toBeLessThan(800);
    },
  );

  it('explain ids, overviews, waiting and approval if they apply', async () => {
    const { text } = await instructions();
    expect(text).toMatch(/find_kx_problems.*environmentId takes an id or name.*wait_for_kx_entity.*a person/);
    expect((await instructions('--read-only')).text).not.toMatch(/a person|wait_for/);
  });

  it('name the calls for which this server also requires approval', async () => {
    const added = 'On this server, these need approval, too: creates, updates.';
    expect((await instructions('--approve', 'update,create')).text).toContain(added);
    expect((await instructions('--approve', 'update,create', '--read-only')).text).not.toContain('approval');
    expect((await instructions()).text).not.toContain('On this server');
  });

  it('refer questions about who changed something to a person', async () => {
    expect((await instructions()).text).toContain('for people only (finspace-mcp journal).');
  });
});

it('find_tools says what questions can be about when it finds no tool', async () => {
  const other = await (HOSTS[2] as (typeof HOSTS)[number]).connect([...FRESH_WORLD, '--catalog', 'search']);
  const { content } = await other.callTool({ name: 'find_tools', arguments: { query: 'zzzz' } });
  await other.close();
  expect(content.at(-1)?.text).toContain('clusters and their nodes, databases');
});
