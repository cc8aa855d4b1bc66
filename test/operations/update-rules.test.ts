import { describe, expect, it } from 'vitest';
import { route } from '../../src/operations/http.ts';
import { OPERATION_NAMES, operationNamed } from '../../src/operations/index.ts';

/** How an update is made, which no later read shows. */
const NON_SETTINGS = ['clientToken', 'deploymentConfiguration'];

const UPDATES = OPERATION_NAMES.filter((name) => operationNamed(name).update !== undefined);

describe.each(UPDATES)('%s', (name) => {
  const operation = operationNamed(name);
  const members = Object.keys(operation.input().shape).filter(
    (member) => !NON_SETTINGS.includes(member) && !route(operation).path.includes(`{${member}}`),
  );

  // A plan treats an update that changes none of the compared settings as one that changes nothing.
  it.each(members)('compares %s with the current settings', (member) => {
    expect(operation.update?.settings({ [member]: ['new'] })[member]).toBeDefined();
  });
});
