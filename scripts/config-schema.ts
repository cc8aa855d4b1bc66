import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { FILE_SETTING_NAMES, SETTINGS } from '../src/config.ts';
import { ROOT } from './project.ts';

export const CONFIG_SCHEMA = join(ROOT, 'config.schema.json');

/** The JSON Schema of the configuration file, for editors. */
export function configSchema(): string {
  const settings = FILE_SETTING_NAMES.map((name) => [name, (SETTINGS[name] as z.ZodType).optional()] as const);
  const file = z.strictObject({ $schema: z.string().optional(), ...Object.fromEntries(settings) });
  const { $schema, ...schema } = z.toJSONSchema(file, { io: 'input', target: 'draft-7' });
  const titled = { $schema, title: 'Configuration file of finspace-mcp (--config)', ...schema };
  return `${JSON.stringify(titled, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(CONFIG_SCHEMA, configSchema());
