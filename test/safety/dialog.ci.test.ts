import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call, OperationName } from '../../src/operations/index.ts';
import { type CallFacts, callParts } from '../../src/safety/approval-call.ts';
import { type ApprovalParts, approvalText } from '../../src/safety/approval-text.ts';
import { type Plan, planCall } from '../../src/safety/plan.ts';
import { blockedLines } from '../../src/safety/refusals.ts';
import { visibilityFor } from '../../src/safety/visibility.ts';
import { quoteUntrusted } from '../../src/untrusted.ts';
import { UNRESTRICTED } from '../support/unrestricted.ts';
import { answering, cachingReads, type Embedded, type Members, openEmbedded } from './support/backend.ts';
import { openBuilder } from './support/call-environment-builder.ts';
import { CORPUS } from './support/corpus.ts';
import { expectDialog, expectHarmless, skeleton } from './support/dialog.ts';
import { PLACE } from './support/guard.ts';

it('the corpus has at least 200 hostile texts', () => {
  expect(new Set(CORPUS).size).toBe(CORPUS.length);
  expect(CORPUS.length).toBeGreaterThanOrEqual(200);
});

const EVERYTHING = visibilityFor(() => true, {});

describe('quoted text', () => {
  it('is one closed quotation, whatever it contains', () => {
    for (const text of CORPUS) expectHarmless(quoteUntrusted(text), quoteUntrusted('trades'));
    expect(skeleton(quoteUntrusted('trades'))).toEqual(['""']);
  });

  it('differs for different texts', () => {
    const short = CORPUS.filter(({ length }) => length < 12);
    expect(new Set(short.map((text) => quoteUntrusted(text))).size).toBe(short.length);
  });

  it('shows ordinary text unchanged', () => {
    expect(quoteUntrusted('Zürich 取引 kx.s.large, 3 nodes')).toBe('"Zürich 取引 kx.s.large, 3 nodes"');
  });
});

/** Calls whose forms together show every kind of text: names, states, settings, lost and interrupted things. */
const WISHES: readonly [OperationName, (environmentId: string) => Members][] = [
  ['DeleteKxDatabase', (environmentId) => ({ environmentId, databaseName: 'plain' })],
  ['DeleteKxDataview', (environmentId) => ({ environmentId, databaseName: 'trades', dataviewName: 'view' })],
  ['DeleteKxVolume', (environmentId) => ({ environmentId, volumeName: 'fast' })],
  ['DeleteKxScalingGroup', (environmentId) => ({ environmentId, scalingGroupName: 'hosts' })],
  ['DeleteKxUser', (environmentId) => ({ environmentId, userName: 'ann' })],
  ['DeleteKxCluster', (environmentId) => ({ environmentId, clusterName: 'gpu' })],
  ['DeleteKxEnvironment', (environmentId) => ({ environmentId })],
  [
    'UpdateKxEnvironmentNetwork',
    (environmentId) => ({
      environmentId,
      transitGatewayConfiguration: {
        transitGatewayID: 'tgw-0a1b2c3d4e5f60718',
        routableCIDRSpace: '100.64.0.0/26',
      },
    }),
  ],
];

describe('the text of an approval', () => {
  let backend: Embedded;
  let environmentId: string;
  beforeAll(async () => {
    backend = await openEmbedded();
    backend = { ...backend, call: cachingReads(backend.call) };
    const builder = await openBuilder(backend.call);
    environmentId = builder.environmentId;
    for (const name of ['trades', 'plain']) await builder.database(name);
    await builder.volume('fast');
    await builder.user('ann');
    await builder.group('hosts');
    await builder.dataview('view', { autoUpdate: true });
    await builder.cluster('gpu');
  });
  afterAll(() => backend.close());

  const read = async (call: Call, operation: OperationName, input: Members) => {
    const plan = (await planCall({ call, backendLocation: PLACE }, operation, input, 'ann')) as Plan;
    return [plan.shown.text, ...blockedLines('the_tool', plan.blockers, EVERYTHING, UNRESTRICTED)].join('\n');
  };
  const replaced = (text: string) =>
    answering(backend.call, (_, reply) => poisoned(reply, (value, member) => (KEYS.has(member) ? value : text)));

  it.each(WISHES)('has the same lines for any text of the service: %s', async (operation, given) => {
    const harmless = await read(replaced('harmless'), operation, given(environmentId));
    for (const text of CORPUS) expectDialog(await read(replaced(text), operation, given(environmentId)), harmless);
  });

  it('has the same lines for any text of the agent', () => {
    const shown = (text: string) => {
      const facts: CallFacts = {
        operation: 'TagResource',
        risk: 'update',
        input: { resourceArn: text, tags: { [`finspace-mcp:${text}`]: text }, more: [{ [text]: text }] },
        target: { noun: 'cluster', name: text, entity: {} },
        effects: {
          lost: [{ kind: 'database', name: text, detail: text }],
          interrupted: [{ kind: 'cluster', name: text, detail: text }],
          notes: [],
          changes: [
            { setting: text, before: text, after: undefined },
            { setting: `${text} again`, before: undefined, after: text },
          ],
        },
        backendLocation: PLACE,
      };
      return approvalText(callParts(facts, EVERYTHING)).text;
    };
    // The path of a setting is unquoted if it is plain, and quoted otherwise.
    const plain = (text: string) => text.replaceAll(/^([\w.:@/-]+)(?=: (?:not set|"))/gm, '"$1"');
    for (const text of CORPUS) expectDialog(plain(shown(text)), plain(shown('harmless')));
  });

  const parts = (more: Partial<ApprovalParts>): ApprovalParts => ({
    what: 'DELETE database trades',
    typed: 'trades',
    where: [],
    isFinal: true,
    changes: [],
    notes: [],
    lost: [],
    interrupted: [],
    details: [],
    ...more,
  });
  const things = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ kind: 'database', name: `db${at}`, detail: undefined }));

  it('lists everything that is lost in a form, up to 200 lines below the first three', () => {
    const most = approvalText(parts({ lost: things(198) }));
    expect(most.formFit).toBe('fits');
    for (const { name } of things(198)) expect(most.text).toContain(`\n- database "${name}".`);
    const more = approvalText(parts({ lost: things(150), interrupted: things(60) }));
    expect(more.formFit).toBe('too-long');
    expect(more.text.split('\n').slice(3)).toEqual([
      'This cannot be undone.',
      'Too many to list in a form: 210 databases. Approvals in a terminal or a browser list all of them.',
    ]);
  });

  it('never truncates the name to type, and reports when it is too long for a form', () => {
    const name = 'n'.repeat(64);
    expect(approvalText(parts({ typed: name.slice(1) }))).toMatchObject({ formFit: 'fits' });
    const long = approvalText(parts({ typed: name }));
    expect(long.formFit).toBe('too-wide');
    expect(long.text.split('\n')[2]).toBe(`Type ${name} to approve.`);
  });

  it('shows what an update replaces, and marks only permanent changes as final', async () => {
    const server = (name: string, ip: string) => ({ customDNSServerName: name, customDNSServerIP: ip });
    const [one, two, three] = [server('a.x.y', '10.0.0.1'), server('b.x.y', '10.0.0.2'), server('c.x.y', '10.0.0.1')];
    const set = answering(backend.call, (name, reply) =>
      name === 'GetKxEnvironment' ? { ...reply, customDNSConfiguration: [one, two] } : reply,
    );
    const remove = ['customDNSConfiguration.a.x.y', 'customDNSConfiguration.b.x.y'];
    const guardedCall = { environmentId, customDNSConfiguration: [three], remove };
    const dns = await read(set, 'UpdateKxEnvironmentNetwork', guardedCall);
    expect(dns).not.toContain('This cannot be undone.');
    expect(dns).toContain('customDNSConfiguration.c.x.y.customDNSServerIP: not set -> "10.0.0.1".\n');
    expect(dns).toContain('customDNSConfiguration.a.x.y.customDNSServerIP: "10.0.0.1" -> removed.\n');
    expect(dns).toContain('customDNSConfiguration.b.x.y.customDNSServerIP: "10.0.0.2" -> removed.\n');
    const transitGatewayConfiguration = { transitGatewayID: 'tgw-1', routableCIDRSpace: '100.64.0.0/26' };
    const gateway = await read(set, 'UpdateKxEnvironmentNetwork', { environmentId, transitGatewayConfiguration });
    expect(gateway).toContain('This cannot be undone.');
    expect(gateway).not.toContain('removed');
  });

  it('asks for the present name of an environment that is renamed', async () => {
    const { name = '' } = await backend.call('GetKxEnvironment', { environmentId });
    const renamed = await read(backend.call, 'UpdateKxEnvironment', { environmentId, name: 'new-name' });
    expect(renamed.split('\n').slice(0, 3)).toEqual([
      `UPDATE kdb environment ${name} (${environmentId.slice(0, 4)})`,
      `Changes name: "${name}" -> "new-name".`.replaceAll('"', ''),
      `Type ${name} ${environmentId.slice(0, 4)} to approve.`,
    ]);
    expect(renamed).toContain(`\nname: "${name}" -> "new-name".\n`);
    expect(renamed).toMatch(new RegExp(`\nenvironmentId: "${environmentId}"\\.\n.*creationTimestamp: "2026-`));
  });

  const rule = (ruleNumber: number, cidrBlock: string) => ({
    ruleNumber,
    protocol: '1',
    ruleAction: 'allow',
    portRange: { from: 0, to: 65_535 },
    icmpTypeCode: { type: -1, code: -1 },
    cidrBlock,
  });
  const gateway = (rules: number, cidrBlock: string) => ({
    transitGatewayID: 'tgw-0a1b2c3d4e5f60718',
    routableCIDRSpace: '100.64.0.0/26',
    attachmentNetworkAclConfiguration: Array.from({ length: rules }, (_, at) => rule(at + 1, cidrBlock)),
  });

  it('shows every rule of the largest network on its own line', async () => {
    const replaced = { name: 'GetKxEnvironment', transitGatewayConfiguration: gateway(100, '10.0.0.0/8') };
    const call = answering(backend.call, (name, reply) => (name === replaced.name ? { ...reply, ...replaced } : reply));
    const given = (rules: number) => ({
      environmentId,
      transitGatewayConfiguration: gateway(rules, '0.0.0.0/0'),
    });
    const text = await read(call, 'UpdateKxEnvironmentNetwork', given(100));
    for (let at = 0; at < 100; at += 1)
      expect(text).toMatch(
        new RegExp(
          `^transitGatewayConfiguration.attachmentNetworkAclConfiguration.${at + 1}: "cidrBlock 10.0.0.0/8" -> "cidrBlock 0.0.0.0/0"\\.$`,
          'm',
        ),
      );
    expect(text.split('\n').length).toBeLessThan(200);
    expect(text).not.toContain('This cannot be undone.');
    const list = 'transitGatewayConfiguration.attachmentNetworkAclConfiguration';
    const remove = Array.from({ length: 99 }, (_, at) => `${list}.${at + 2}`);
    const fewer = await read(call, 'UpdateKxEnvironmentNetwork', { ...given(1), remove });
    expect(fewer.match(/^transitGateway.*\.\d+: ".*cidrBlock 10.0.0.0\/8[^"]*" -> removed\.$/gm)).toHaveLength(99);
    expect(`${text}${fewer}`).not.toContain('(cut');
  });

  it('shows new values completely', async () => {
    const { environmentArn = '' } = await backend.call('GetKxEnvironment', { environmentId });
    const value = `${'x'.repeat(1_000)} --tail`;
    const text = await read(backend.call, 'TagResource', {
      resourceArn: environmentArn,
      tags: { ['k'.repeat(100)]: value },
    });
    expect(text).toContain(`tags.${'k'.repeat(100)}: not set -> "${value}".\n`);
  });

  it.each([
    ['lines', 198, 10],
    ['characters', 1, 99_800],
  ])('has a limit on %s, above which no form is sent', (_, count, length) => {
    const change = { setting: 'a', before: undefined, after: 'x'.repeat(length) };
    const changes = Array.from({ length: count }, () => change);
    expect(approvalText(parts({ changes })).formFit).toBe('fits');
    const over = approvalText(parts({ changes: [...changes, { ...change, after: 'x'.repeat(200) }] }));
    expect(over.formFit).toBe('too-long');
    expect(over.text.match(/^a: not set -> /gm)).toHaveLength(count + 1);
  });

  it('names every part of an ARN, even with a misleading region', async () => {
    const { environmentArn = '' } = await backend.call('GetKxEnvironment', { environmentId });
    const arn = `${environmentArn.replace('us-east-1', `kxEnvironment/${environmentId}/kxUser/bob/`)}/kxDatabase/trades`;
    const tagged = answering(backend.call, (_, reply) => reply);
    const call: Call = async (name, input, options) =>
      name === 'ListTagsForResource' ? ({ tags: {} } as never) : tagged(name, input, options);
    const message = await read(call, 'TagResource', { resourceArn: arn, tags: { 'finspace-mcp:protected': 'no' } });
    expect(message).toMatch(/^TAG database trades in /);
    expect(message).toContain(`\nkxEnvironment: "${environmentId}".\nkxDatabase: "trades".\n`);
    expect(message).not.toContain('kxUser:');
  });

  it('asks for the id of an entity with an empty name', async () => {
    const nameless = answering(backend.call, (name, reply) =>
      name === 'GetKxEnvironment' ? { ...reply, name: '' } : reply,
    );
    const plan = await planCall(
      { call: nameless, backendLocation: PLACE },
      'DeleteKxEnvironment',
      { environmentId },
      'ann',
    );
    expect(plan?.name).toBe(environmentId);
  });

  it('cannot hide the relevant tag among others', async () => {
    const many = Array.from({ length: 40 }, (_, at) => [`a-${String.fromCharCode(97 + (at % 26))}${at}`, 'x']);
    const resourceArn = (await backend.call('GetKxEnvironment', { environmentId })).environmentArn;
    const tags = { ...Object.fromEntries(many), 'finspace-mcp:protected': 'no' };
    const message = await read(backend.call, 'TagResource', { resourceArn, tags });
    expect(message).toContain('tags.finspace-mcp:protected: not set -> "no".');
    const tagKeys = Object.keys(tags);
    expect(await read(backend.call, 'UntagResource', { resourceArn, tagKeys })).toContain(
      'tags.finspace-mcp:protected: not set -> removed.',
    );
  });
});

/** Members that refer to other entities: changing them would change what is read, not what is shown. */
const KEYS = new Set([
  'environmentId',
  'environmentArn',
  'databaseName',
  'dataviewName',
  'volumeName',
  'scalingGroupName',
  'clusterName',
  'userName',
  'nextToken',
]);

/** A reply with every string in it replaced. */
function poisoned(value: unknown, text: (value: string, member: string) => unknown, member = ''): unknown {
  if (typeof value === 'string') return text(value, member);
  if (Array.isArray(value)) return value.map((item) => poisoned(item, text, member));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, poisoned(inner, text, name)]));
}
