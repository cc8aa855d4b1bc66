import { describe, expect, test } from 'vitest';
import type { Call, OperationName } from '../../src/operations/index.ts';
import { toolName } from '../../src/operations/naming.ts';
import { FLEET_TOOLS } from '../../src/tools/fleet/index.ts';
import { caller, demoTools, failing } from './demo-tools.ts';
import { EXAMPLES } from './examples.ts';

const { world } = demoTools();

/** If the operator denies reading tags, answers to questions that are not about tags omit them without a note. */
const DENIED_WITHOUT_NOTE: readonly OperationName[] = ['ListTagsForResource'];

describe.each(FLEET_TOOLS)('$name', ({ name, needs }) => {
  const args = EXAMPLES[name].input({ environment: 'kdb-prod', other: 'kdb-uat', cluster: 'hdb-fx' });

  /** The answer with some tools denied, and the operations with which it was read. */
  async function answered(...deny: string[]) {
    const reads = new Set<OperationName>();
    const call: Call = (operation, input, options) => {
      reads.add(operation);
      return world().call(operation, input, options);
    };
    return { reads, ...(await caller(call, { deny })(name, args)) };
  }

  test('reads nothing that the operator denies, and says what it did not read', async () => {
    const { isError, text, reads } = await answered();
    expect(isError, text).toBe(false);
    expect(reads.size).toBeGreaterThan(0);
    for (const operation of reads) {
      if (needs.includes(operation)) continue;
      const tool = toolName(operation);
      const without = await answered(tool);
      expect([...without.reads], operation).not.toContain(operation);
      if (!DENIED_WITHOUT_NOTE.includes(operation)) expect(without.text).toMatch(new RegExp(`${operation}|${tool}`));
    }
  });

  test('says why it did not read what fails', async () => {
    for (const operation of (await answered()).reads) {
      const { text } = await caller(failing(world().call, operation))(name, args);
      expect(text, operation).toContain('Slow down.');
    }
  });
});
