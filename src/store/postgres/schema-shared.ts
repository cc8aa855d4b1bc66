import { owned } from './schema-journal.ts';

/** The channel that announces events by their ids. The schema names it, too. */
export const CHANNEL = 'finspace_mcp_events';

/**
 * Kits, attempts, marks, rates, events, and what replicas have in common. Attempts are limited as in a state directory:
 * `src/safety/passphrase-attempts.ts`. Replicas that crashed do not leave by themselves, so they are deleted after a day.
 */
export const SHARED_FUNCTIONS = `
CREATE FUNCTION finspace_mcp.keep_kit(seen text, of_target text, kit_id text, content text) RETURNS void ${owned(
  'sql',
  `SELECT require_position(seen); INSERT INTO kits VALUES (of_target, kit_id, content) ON CONFLICT DO NOTHING;`,
)}

-- The time until which no attempt is allowed; null when this one is.
CREATE FUNCTION finspace_mcp.take_attempt(request text) RETURNS bigint ${owned(
  'plpgsql',
  `
DECLARE
  t bigint;
  newest bigint;
  oldest bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('finspace-mcp attempts', 0));
  t := now_ms();
  IF EXISTS (SELECT FROM attempts WHERE id = request) THEN RETURN NULL; END IF;
  DELETE FROM attempts WHERE at < t - 1200000;
  SELECT max(at) INTO newest FROM attempts;
  SELECT at INTO oldest FROM attempts ORDER BY at DESC OFFSET 4 LIMIT 1;
  IF newest - oldest < 600000 AND t < newest + 600000 THEN RETURN newest + 600000; END IF;
  INSERT INTO attempts VALUES (request, t);
  RETURN NULL;
END`,
)}

CREATE FUNCTION finspace_mcp.forgive_attempts() RETURNS void ${owned('sql', 'DELETE FROM attempts')}

CREATE FUNCTION finspace_mcp.is_first(mark text) RETURNS boolean ${owned(
  'plpgsql',
  'BEGIN INSERT INTO marks VALUES (mark, now_ms()) ON CONFLICT DO NOTHING; RETURN FOUND; END',
)}

-- Takes one token; returns the milliseconds to wait, 0 when one was taken.
CREATE FUNCTION finspace_mcp.take_token(wanted text, per_minute double precision) RETURNS bigint ${owned(
  'plpgsql',
  `
DECLARE
  t bigint;
  row rates;
  filled_up double precision;
BEGIN
  IF random() < 0.001 THEN
    DELETE FROM rates WHERE bucket IN (
      SELECT bucket FROM rates WHERE filled < now_ms() - 600000 FOR UPDATE SKIP LOCKED);
  END IF;
  INSERT INTO rates VALUES (wanted, per_minute, now_ms()) ON CONFLICT DO NOTHING;
  SELECT * INTO row FROM rates WHERE bucket = wanted FOR UPDATE;
  t := now_ms();
  filled_up := least(per_minute, row.tokens + greatest(t - row.filled, 0) * per_minute / 60000);
  UPDATE rates SET tokens = CASE WHEN filled_up < 1 THEN filled_up ELSE filled_up - 1 END, filled = t WHERE bucket = wanted;
  RETURN CASE WHEN filled_up < 1 THEN ceil((1 - filled_up) * 60000 / per_minute) ELSE 0 END;
END`,
)}

CREATE FUNCTION finspace_mcp.publish(request text, in_scope text, content text) RETURNS void ${owned(
  'plpgsql',
  `
BEGIN
  IF random() < 0.01 THEN
    DELETE FROM events WHERE id IN (SELECT id FROM events WHERE at < now_ms() - 300000 FOR UPDATE SKIP LOCKED);
  END IF;
  INSERT INTO events VALUES (request, in_scope, content, now_ms()) ON CONFLICT DO NOTHING;
  IF FOUND THEN
    PERFORM pg_notify('finspace_mcp_events', request);
  END IF;
END`,
)}

-- The value that all replicas must share: the one that was pinned first, and by which replica.
CREATE FUNCTION finspace_mcp.pin(of_name text, wanted text, by_replica text) RETURNS SETOF pins ${owned(
  'sql',
  `INSERT INTO pins VALUES (of_name, wanted, by_replica, now_ms()) ON CONFLICT DO NOTHING;
   SELECT * FROM pins WHERE name = of_name;`,
)}

-- Replaces a pinned value by one that is compatible with it.
CREATE FUNCTION finspace_mcp.repin(of_name text, known text, wanted text, by_replica text) RETURNS void ${owned(
  'sql',
  `UPDATE pins SET value = wanted, replica = by_replica, at = now_ms() WHERE name = of_name AND value = known AND known <> wanted
   AND (name = 'sealKeys' OR (name = 'approver' AND known = ''))`,
)}

-- Records that a replica runs; returns the newest position.
CREATE FUNCTION finspace_mcp.beat(seen text, replica text, replica_name text, replica_version text) RETURNS text ${owned(
  'sql',
  `SELECT require_position(seen);
   INSERT INTO replicas VALUES (replica, replica_name, replica_version, now_ms(), now_ms())
     ON CONFLICT (id) DO UPDATE SET seen = greatest(replicas.seen, excluded.seen);
   DELETE FROM replicas WHERE id IN (
     SELECT id FROM replicas WHERE replicas.seen < now_ms() - 86400000 FOR UPDATE SKIP LOCKED);
   SELECT newest_position();`,
)}

CREATE FUNCTION finspace_mcp.leave(replica text) RETURNS void ${owned('sql', 'DELETE FROM replicas WHERE id = replica')}
`;
