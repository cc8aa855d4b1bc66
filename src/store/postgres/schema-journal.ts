// The functions below raise these errors, with the codes as literals.
/** The database was restored, or a failover lost entries: it lacks the newest entry of the journal that a replica saw. */
export const RESTORED = 'FM001';
/** A replica saw the journal of another database, or one that a person accepted after the backup that was restored. */
export const REPLACED = 'FM003';
/** The clock of the database is behind a time that it recorded. */
export const SET_BACK = 'FM002';

/** A function that runs with the rights of the owner, whatever its caller has on its search path. */
export const owned = (language: 'sql' | 'plpgsql', body: string) =>
  `LANGUAGE ${language} VOLATILE SECURITY DEFINER SET search_path = finspace_mcp, pg_temp AS $body$ ${body} $body$;`;

/**
 * Clock, identity and journal. The role of the servers may only read their tables; these functions change them. A clock that is
 * more than 5 seconds behind the latest recorded time was set back, or was ahead before.
 */
export const JOURNAL_FUNCTIONS = `
CREATE FUNCTION finspace_mcp.now_ms() RETURNS bigint ${owned(
  'sql',
  'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint',
)}

CREATE FUNCTION finspace_mcp.latest_ms() RETURNS bigint ${owned(
  'sql',
  `SELECT greatest((SELECT max(changed) FROM approvals), (SELECT max(at) FROM forms), (SELECT max(seen) FROM replicas), 0)`,
)}

-- The current time, never before the latest recorded time.
CREATE FUNCTION finspace_mcp.marked_ms() RETURNS bigint ${owned(
  'plpgsql',
  `
DECLARE
  present bigint := now_ms();
  latest bigint := latest_ms();
BEGIN
  IF present < latest - 5000 THEN
    RAISE EXCEPTION 'the clock was set back' USING ERRCODE = 'FM002';
  END IF;
  RETURN greatest(present, latest);
END`,
)}

-- Differs after a failover and on every copy of the database, also in the same cluster. Not after a restore of the files of the whole
-- cluster: what replicas saw shows that. The control file learns of a new timeline later than the log.
CREATE FUNCTION finspace_mcp.era() RETURNS text ${owned(
  'sql',
  `SELECT concat_ws(':', c.system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8), d.oid, s.generation)
   FROM pg_control_system() c, pg_database d, store s WHERE d.datname = current_database()`,
)}

-- Refuses where the journal lacks the newest entry that a replica saw: "generation sequence hash". A replica that has seen none passes.
CREATE FUNCTION finspace_mcp.require_position(seen text) RETURNS void ${owned(
  'plpgsql',
  `
DECLARE
  parts text[] := string_to_array(seen, ' ');
BEGIN
  IF seen = '' OR EXISTS (SELECT FROM generations WHERE generation = parts[1]) THEN RETURN; END IF;
  IF NOT EXISTS (SELECT FROM store WHERE generation = parts[1]) THEN
    RAISE EXCEPTION 'the store was replaced' USING ERRCODE = 'FM003';
  END IF;
  IF parts[2] = '0' OR EXISTS (SELECT FROM journal WHERE sequence = parts[2]::bigint AND hash = parts[3]) THEN RETURN; END IF;
  RAISE EXCEPTION 'the store was restored' USING ERRCODE = 'FM001';
END`,
)}

-- "generation sequence hash" of the newest entry.
CREATE FUNCTION finspace_mcp.newest_position() RETURNS text ${owned(
  'sql',
  `SELECT concat_ws(' ', s.generation, coalesce(j.sequence, 0), coalesce(j.hash, repeat('0', 64)))
   FROM store s LEFT JOIN (SELECT sequence, hash FROM journal ORDER BY sequence DESC LIMIT 1) j ON true`,
)}

-- Appends an entry, the text of a JSON object, and returns the new position. A repeated request appends nothing.
CREATE FUNCTION finspace_mcp.append(seen text, wanted_request text, wanted text) RETURNS text ${owned(
  'plpgsql',
  `
DECLARE
  last record;
  next bigint;
  full_entry text;
  at text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('finspace-mcp journal', 0));
  PERFORM require_position(seen);
  IF NOT EXISTS (SELECT FROM journal WHERE request = wanted_request) THEN
    SELECT sequence, hash INTO last FROM journal ORDER BY sequence DESC LIMIT 1;
    next := coalesce(last.sequence, 0) + 1;
    at := to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
    full_entry := '{"sequence":' || next || ',"at":"' || at || '",' || substr(wanted, 2);
    INSERT INTO journal VALUES (next, full_entry,
      encode(sha256(convert_to(coalesce(last.hash, repeat('0', 64)) || chr(10) || full_entry, 'UTF8')), 'hex'), wanted_request);
  END IF;
  RETURN newest_position();
END`,
)}
`;
