import type { Task } from '../task.ts';
import { CHANGES } from './changes.ts';
import { QUESTIONS } from './questions.ts';
import { REFUSALS } from './refusals.ts';

export const TASKS: readonly Task[] = [...QUESTIONS, ...CHANGES, ...REFUSALS];
