import { describe, expect, it } from 'vitest';
import { OPERATION_NAMES, operationNamed } from '../../src/operations/index.ts';
import { operationOf, toolName } from '../../src/operations/naming.ts';
import { RESOURCE_KINDS } from '../../src/resources/catalog.ts';
import { POLICY } from '../../src/safety/policy.ts';
import { COMPOSITE_TOOLS } from '../../src/tools/composites.ts';
import { argumentsIn, LISTED, type ListedSchema } from './listed.ts';

const LONGEST = { read: 300, write: 600, argument: 240, title: 40 };
const NAMES = LISTED.map(({ name }) => name);

/** Arguments whose name, type and context say everything. */
const SELF_EXPLAINING = [
  ...['clusterName', 'databaseName', 'dataviewName', 'scalingGroupName', 'volumeName', 'userName'],
  ...['kind', 'nodeCount', 'scaleInCooldownSeconds', 'scaleOutCooldownSeconds', 'autoScalingMetric'],
  ...['azMode', 'ipAddressType', 'releaseLabel', 'vpcConfiguration', 'vpcId', 'securityGroupIds'],
  ...['tickerplantLogVolumes', 'cacheType', 'type', 'nas1Configuration', 'key', 'value'],
  ...['ruleAction', 'from', 'to', 'code', 'tagKeys'],
  ...['emailAddress', 'samlMetadataURL', 'federationParameters'],
];
/** Objects that repeat a part of an answer: their description covers all their members. */
const REPEATED = /dataviewConfiguration\./;

const ARGUMENTS = LISTED.flatMap((tool) =>
  argumentsIn(tool.inputSchema as ListedSchema).map((argument) => ({ tool: tool.name, ...argument })),
);

describe('an argument', () => {
  it('has a description, or a self-explanatory name', () => {
    const unexplained = ARGUMENTS.filter(({ name, schema, path }) => {
      const { description = schema.items?.description } = schema;
      return description === undefined && !SELF_EXPLAINING.includes(name) && !REPEATED.test(path);
    });
    expect(unexplained.map(({ tool, path }) => `${tool}: ${path}`)).toEqual([]);
  });

  it('is called self-explanatory only if some argument has that name and no description', () => {
    const undescribed = ARGUMENTS.filter(({ schema, path }) => !schema.description && !REPEATED.test(path));
    expect(SELF_EXPLAINING.filter((name) => !undescribed.some((argument) => argument.name === name))).toEqual([]);
  });

  it('is described briefly: in one phrase without a full stop, or in several sentences with one', () => {
    const texts = new Set(
      ARGUMENTS.flatMap(({ schema }) => [schema, schema.items ?? {}]).map((each) => each.description),
    );
    texts.delete(undefined);
    const wrong = [...texts].filter(
      (text = '') => text.endsWith('.') !== /\. [A-Z!]/.test(text) || text.length > LONGEST.argument,
    );
    expect(wrong).toEqual([]);
  });
});

describe.each(LISTED)('$name', ({ name, title, description, inputSchema, annotations }) => {
  it('is documented in a few complete sentences', () => {
    expect(description).toMatch(/^[A-Z].*\.$/s);
    expect(description).not.toMatch(/\s\s|^\s|\s$/);
    const isReading = annotations?.readOnlyHint === true;
    expect(description.length).toBeLessThanOrEqual(isReading ? LONGEST.read : LONGEST.write);
  });

  it('has a short title', () => {
    expect(title).toMatch(/^[A-Z][a-z]+( [a-zA-Z]+)+$/);
    expect(title.length).toBeLessThanOrEqual(LONGEST.title);
  });

  it('names only existing tools and arguments', () => {
    const known = [...NAMES, ...argumentsIn(inputSchema as ListedSchema).map((argument) => argument.name)];
    const named = JSON.stringify([description, inputSchema]).match(/\b[a-z]+(?:_[a-z]+)+\b/g) ?? [];
    expect(named.filter((word) => !known.includes(word))).toEqual(named.filter((word) => EXAMPLES.includes(word)));
  });

  it('mentions approval by a person at most once, and once if its risk always needs it', () => {
    const operation = operationOf(name);
    const said = description.match(/A person (?:must approve|approves)/g)?.length ?? 0;
    expect(said).toBeLessThanOrEqual(1);
    if (operation !== undefined && POLICY[operationNamed(operation).risk].needsApproval) expect(said).toBe(1);
  });
});

/** Names of entities in examples. */
const EXAMPLES = ['amara_okafor'];

describe('the tools', () => {
  it('have unique titles and descriptions', () => {
    expect(new Set(LISTED.map(({ title }) => title)).size).toBe(LISTED.length);
    expect(new Set(LISTED.map(({ description }) => description)).size).toBe(LISTED.length);
  });

  it('do not show their search keywords, at most eight for each', () => {
    const declared = [
      ...OPERATION_NAMES.map((name) => [toolName(name), operationNamed(name).keywords] as const),
      ...COMPOSITE_TOOLS.map(({ name, keywords }) => [name, keywords] as const),
    ];
    for (const [name, keywords = ''] of declared) {
      expect(keywords.split(' ').length, name).toBeLessThanOrEqual(8);
      if (keywords !== '') expect(JSON.stringify(LISTED), name).not.toContain(keywords);
    }
  });
});

describe('a resource', () => {
  it.each(RESOURCE_KINDS)('$name has a description of its contents', ({ title, description }) => {
    expect(description).toMatch(/^(?:The|A|Everything) .*[^.]\.$/);
    expect(title).toMatch(/^(?:[A-Z]|kdb )/);
  });
});
