import { describe, expect, it } from 'vitest';
import { configure } from '../../src/config.ts';
import { NAMES } from '../../src/kinds/names.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../../src/operations/index.ts';
import { toolName } from '../../src/operations/naming.ts';
import { RISKS } from '../../src/operations/operation.ts';
import { approvalNeeded, LOCAL_CALLER, POLICY, type Restrictions, refusalReason } from '../../src/safety/policy.ts';
import { tagApprovalReasons } from '../../src/safety/protection.ts';
import { readTarget } from '../../src/safety/target.ts';
import { offeredTools } from '../../src/tools/list.ts';
import { UNRESTRICTED } from '../support/unrestricted.ts';
import { type Members, spyOn } from './support/backend.ts';
import { PROTECT } from './support/call-environment-builder.ts';
import { type Outcome, openGuard } from './support/guard.ts';

const listed = (restrictions: Partial<Restrictions>) =>
  offeredTools({ ...UNRESTRICTED, ...restrictions }, LOCAL_CALLER).map(({ name }) => name);
const text = (outcome: Outcome) => (outcome.kind === 'asked' ? outcome.message : outcome.text);

/** Whether the tool of an operation is not offered, found by a call without arguments. */
const refusedAtDispatch = async (restrictions: Partial<Restrictions>, name: OperationName) => {
  const spy = spyOn(async () => ({}) as never, { forward: false });
  const guard = await openGuard({ call: spy.call, clock: { now: () => 0, advance: () => {} }, restrictions });
  const outcome = await guard.attempt({ tool: toolName(name), arguments: {} });
  await guard.close();
  return text(outcome).includes('is not offered');
};

describe.each(OPERATION_NAMES)('%s', (name) => {
  const { risk, kind } = operationNamed(name);

  it('needs approval exactly if its risk requires it', () => {
    for (const risen of RISKS.slice(RISKS.indexOf(risk))) {
      const judged = { operation: name, risk: risen, approvalReasons: [] };
      expect(approvalNeeded(judged, UNRESTRICTED)).toBe(['destroy', 'network'].includes(risen));
      for (const added of RISKS)
        expect(approvalNeeded(judged, { ...UNRESTRICTED, approve: [added] })).toBe(
          ['destroy', 'network', added].includes(risen) || added === risk,
        );
      expect(approvalNeeded(judged, { ...UNRESTRICTED, approve: 'none' })).toBe(false);
    }
  });

  it('needs approval if it changes the protecting tags', () => {
    for (const input of [
      { tags: PROTECT },
      { tags: { 'Finspace-MCP:anything': 'x' } },
      { tagKeys: ['owner', 'finspace-mcp:protected'] },
    ])
      expect(approvalNeeded({ operation: name, risk, approvalReasons: tagApprovalReasons(input) }, UNRESTRICTED)).toBe(
        true,
      );
  });

  it('is withheld from the list and at dispatch alike', async () => {
    const otherKind = kind === 'kx-user' ? 'kx-cluster' : 'kx-user';
    for (const [restrictions, offered] of [
      [{}, true],
      [{ readOnly: true }, POLICY[risk].readOnly],
      [{ toolsets: [kind] }, true],
      [{ toolsets: [otherKind] }, false],
      [{ deny: [toolName(name)] }, false],
    ] as [Partial<Restrictions>, boolean][]) {
      expect(listed(restrictions).includes(toolName(name))).toBe(offered);
      expect(await refusedAtDispatch(restrictions, name)).toBe(!offered);
    }
    const caller = { principal: 'ann', answersForms: true, refusal: () => 'Your token has no such scope.' };
    expect(refusalReason(name, UNRESTRICTED, caller)).toBe('Your token has no such scope.');
  });
});

const CHANGES = OPERATION_NAMES.filter((name) => operationNamed(name).risk !== 'read');
const NOUNS = Object.values(NAMES).map(({ noun }) => noun);

it.each(CHANGES)('%s has a target whose name a person can type', async (name) => {
  const members = Object.keys(operationNamed(name).input().shape).filter((member) => member !== 'clientToken');
  const input: Members = Object.fromEntries(members.map((member) => [member, `the ${member}`]));
  const call = async () =>
    ({ ...input, nodes: [input], users: [input], environment: { name: 'the name' }, name: 'the name' }) as never;
  const subject = await readTarget(call, name, input);
  expect(subject?.name).toMatch(/^the \w+$/);
  expect([...NOUNS, 'entity']).toContain(subject?.noun);
});

describe('settings that limit calls or need approval', () => {
  it('never require less approval on aws', () => {
    expect(() => configure({ backend: 'aws', approve: 'none' }, {})).toThrow(
      '--approve: none is for the local backend',
    );
    expect(configure({ backend: 'local', approve: 'none' }, {}).approve).toBe('none');
    expect(configure({ backend: 'aws' }, {}).approve).toEqual([]);
  });

  it.each([
    { approve: ['destroyy'] },
    { approve: [] },
    { approve: ['none'] },
    { approve: ['read'] },
    { toolsets: ['clusters'] },
    { toolsets: [] },
    { environments: ['../x'] },
    { environments: [] },
    { readOnly: 'maybe' },
  ])('stop the start if they are invalid: %j', (raw) => {
    expect(() => configure(raw, {})).toThrow(/^--/);
  });
});
