import type { Input } from '../index.ts';
import { type Condition, condition } from './condition.ts';

type Request = Pick<Input<'CreateEnvironment'>, 'federationMode' | 'federationParameters'>;

/** Sign-in through a provider needs its parameters. */
export const FEDERATION: readonly Condition<Request>[] = [
  condition(
    'federationParameters',
    ({ federationMode, federationParameters }) => federationMode !== 'FEDERATED' || federationParameters !== undefined,
    'federationParameters are required when federationMode is FEDERATED',
  ),
];
