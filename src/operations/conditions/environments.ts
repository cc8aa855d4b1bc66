import type { Input } from '../index.ts';
import { type Condition, condition } from './condition.ts';

/** Conditions on CreateEnvironment. */
export const NEW_ENVIRONMENT: readonly Condition<Input<'CreateEnvironment'>>[] = [
  condition(
    'federationParameters',
    ({ federationMode, federationParameters }) => federationMode !== 'FEDERATED' || federationParameters !== undefined,
    'federationParameters are required when federationMode is FEDERATED',
  ),
];
