import type { Intent } from '../../../src/safety/journal.ts';

/** What the journal records before a user is deleted. */
export const INTENT: Intent = {
  operation: 'DeleteKxUser',
  backend: 'test',
  target: { userName: 'ann' },
  arguments: 'digest',
  principal: 'ann',
};
