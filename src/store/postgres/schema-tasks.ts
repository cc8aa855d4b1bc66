import { owned } from './schema-journal.ts';

/**
 * The calls that continue after their request was answered. A repeated statement has no further effect. The times are those of
 * `src/safety/tasks.ts`.
 */
export const TASKS = `
CREATE TABLE finspace_mcp.tasks (
  id text PRIMARY KEY,
  owner text NOT NULL,
  running boolean NOT NULL,
  cancelled boolean NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  report text NOT NULL
);
CREATE INDEX tasks_by_creation ON finspace_mcp.tasks (created);

CREATE FUNCTION finspace_mcp.begin_task(seen text, wanted text, whose text, content text) RETURNS bigint ${owned(
  'sql',
  `SELECT require_position(seen);
   DELETE FROM tasks WHERE id IN (
     SELECT id FROM tasks WHERE created <= now_ms() - 86400000 ORDER BY created LIMIT 100 FOR UPDATE SKIP LOCKED);
   INSERT INTO tasks VALUES (wanted, whose, true, false, now_ms(), now_ms(), content) ON CONFLICT DO NOTHING;
   SELECT created FROM tasks WHERE id = wanted;`,
)}

-- Whether the task was cancelled; null if it is over.
CREATE FUNCTION finspace_mcp.renew_task(seen text, wanted text, content text) RETURNS boolean ${owned(
  'sql',
  `SELECT require_position(seen);
   UPDATE tasks SET updated = now_ms(), report = coalesce(content, report) WHERE id = wanted AND running RETURNING cancelled;`,
)}

CREATE FUNCTION finspace_mcp.end_task(wanted text, content text) RETURNS void ${owned(
  'sql',
  'UPDATE tasks SET running = false, updated = now_ms(), report = content WHERE id = wanted AND running',
)}

CREATE FUNCTION finspace_mcp.find_task(seen text, wanted text, whose text) RETURNS SETOF tasks ${owned(
  'sql',
  `SELECT require_position(seen);
   UPDATE tasks SET running = false WHERE id = wanted AND owner = whose AND running AND updated < now_ms() - 30000;
   SELECT * FROM tasks WHERE id = wanted AND owner = whose AND created > now_ms() - 86400000;`,
)}

CREATE FUNCTION finspace_mcp.cancel_task(seen text, wanted text, whose text) RETURNS boolean ${owned(
  'sql',
  `SELECT require_position(seen);
   UPDATE tasks SET cancelled = true WHERE id = wanted AND owner = whose AND created > now_ms() - 86400000
   RETURNING true;`,
)}
`;
