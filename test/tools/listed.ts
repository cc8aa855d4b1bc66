import { LOCAL_CALLER } from '../../src/safety/policy.ts';
import type { ListedTool } from '../../src/tools/describe.ts';
import { describedTools } from '../../src/tools/list.ts';
import { searchTools } from '../../src/tools/search/index.ts';
import { UNRESTRICTED } from '../support/unrestricted.ts';

/** The JSON Schema of an argument, as far as tools list it. */
export interface ListedSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, ListedSchema>>;
  readonly required?: readonly string[];
  readonly items?: ListedSchema;
  readonly additionalProperties?: ListedSchema | boolean;
}

/** Everything that `tools/list` can show, with and without the search catalog. */
export const LISTED: readonly ListedTool[] = [
  ...describedTools(),
  ...searchTools({ restrictions: UNRESTRICTED, caller: LOCAL_CALLER }),
];

export interface Argument {
  readonly name: string;
  /** Such as `databases[].databaseName`. */
  readonly path: string;
  readonly schema: ListedSchema;
}

/** Every argument in a schema, at every depth. */
export function argumentsIn({ properties = {}, items }: ListedSchema, within = ''): Argument[] {
  const own = Object.entries(properties).flatMap(([name, schema]) => [
    { name, path: `${within}${name}`, schema },
    ...argumentsIn(schema, `${within}${name}.`),
  ]);
  return [...own, ...(items === undefined ? [] : argumentsIn(items, within.replace(/\.$/, '[].')))];
}
