import { owned } from './schema-journal.ts';

/**
 * The changes of the ledger. Each call has an id of its own, so that a call that is repeated because its reply was lost finds its own
 * result. An approval counts only in the era in which it was opened. Ended pending approvals are kept for a day, so that their codes can
 * still be explained. One call deletes at most 100 rows, so that no call is slow. The limits are those of `src/safety/ledger.ts` and
 * `src/safety/sql-ledger.ts`; `Row` there explains the names `binding`, `burnt` and *question*, which are older than those in TypeScript.
 */
export const LEDGER_FUNCTIONS = `
CREATE FUNCTION finspace_mcp.open_approval(
  seen text, wanted_nonce text, wanted_code text, wanted_binding text, whose text, subject text, for_client text, content text, open_ms bigint
) RETURNS SETOF approvals ROWS 5 ${owned(
  'plpgsql',
  `
#variable_conflict use_column
DECLARE
  t bigint;
  e text;
BEGIN
  PERFORM require_position(seen);
  PERFORM pg_advisory_xact_lock(hashtextextended('finspace-mcp principal ' || whose, 0));
  t := marked_ms();
  e := era();
  DELETE FROM approvals WHERE nonce IN (
    SELECT nonce FROM approvals WHERE expires < t - 86400000 ORDER BY expires LIMIT 100 FOR UPDATE SKIP LOCKED);
  IF NOT EXISTS (SELECT FROM approvals WHERE nonce = wanted_nonce) THEN
    RETURN QUERY SELECT * FROM approvals WHERE binding = wanted_binding AND state = 'open' AND expires > t AND era = e;
    IF FOUND THEN RETURN; END IF;
    IF EXISTS (SELECT FROM approvals WHERE code = wanted_code) THEN RETURN; END IF;
    PERFORM make_room(wanted_code, wanted_binding, whose, subject, for_client, t, e);
    INSERT INTO approvals (nonce, code, binding, principal, about, client, state, opened, expires, changed, era, body)
      VALUES (wanted_nonce, wanted_code, wanted_binding, whose, subject, for_client, 'open', t, t + open_ms, t, e, content);
  END IF;
  RETURN QUERY SELECT * FROM approvals WHERE nonce = wanted_nonce;
  RETURN QUERY SELECT * FROM approvals WHERE principal = whose AND state = 'replaced by ' || wanted_code ORDER BY ordinal;
END`,
)}

-- Replaces pending questions about the same subject, and evicts one if the principal has too many.
CREATE FUNCTION finspace_mcp.make_room(
  new_code text, new_binding text, whose text, subject text, for_client text, t bigint, e text
) RETURNS void ${owned(
  'plpgsql',
  `
#variable_conflict use_column
BEGIN
  UPDATE approvals SET state = 'replaced by ' || new_code, changed = t
    WHERE principal = whose AND state IN ('open', 'approved') AND expires > t AND era = e AND about = subject AND binding <> new_binding;
  IF (SELECT count(*) FROM approvals WHERE principal = whose AND state = 'open' AND expires > t AND era = e) >= 20 THEN
    UPDATE approvals SET state = 'evicted', changed = t WHERE state = 'open' AND nonce = (
      SELECT nonce FROM approvals
      JOIN (
        SELECT client, count(*) + (client = for_client)::integer AS held FROM approvals
        WHERE principal = whose AND state = 'open' AND expires > t AND era = e GROUP BY client
      ) AS holders USING (client)
      WHERE principal = whose AND state = 'open' AND expires > t AND era = e
      ORDER BY held DESC, ordinal LIMIT 1);
  END IF;
END`,
)}

CREATE FUNCTION finspace_mcp.find_approval(wanted text) RETURNS SETOF approvals ${owned(
  'sql',
  'SELECT * FROM approvals WHERE nonce = wanted AND era = era()',
)}

CREATE FUNCTION finspace_mcp.approval_status(wanted text) RETURNS TABLE (state text, is_over boolean) ${owned(
  'sql',
  'SELECT state, expires <= now_ms() FROM approvals WHERE code = wanted AND era = era()',
)}

CREATE FUNCTION finspace_mcp.open_approvals() RETURNS SETOF approvals ${owned(
  'sql',
  `SELECT * FROM approvals WHERE state = 'open' AND expires > now_ms() AND era = era() ORDER BY ordinal`,
)}

CREATE FUNCTION finspace_mcp.approved_for(seen text, wanted text) RETURNS SETOF approvals ${owned(
  'plpgsql',
  `
BEGIN
  PERFORM require_position(seen);
  RETURN QUERY SELECT * FROM approvals
    WHERE binding = wanted AND state = 'approved' AND expires > marked_ms() AND era = era() ORDER BY ordinal DESC;
END`,
)}

CREATE FUNCTION finspace_mcp.approve(seen text, request text, wanted text, given text) RETURNS boolean ${owned(
  'plpgsql',
  `
DECLARE
  t bigint := marked_ms();
BEGIN
  PERFORM require_position(seen);
  UPDATE approvals SET state = 'approved', approval = given, approved_by = request, changed = t
    WHERE nonce = wanted AND state = 'open' AND expires > t AND era = era();
  RETURN FOUND OR EXISTS (SELECT FROM approvals WHERE nonce = wanted AND approved_by = request);
END`,
)}

-- True for exactly one request, however often that request is repeated.
CREATE FUNCTION finspace_mcp.consume_approval(seen text, request text, wanted text) RETURNS boolean ${owned(
  'plpgsql',
  `
DECLARE
  t bigint := marked_ms();
BEGIN
  PERFORM require_position(seen);
  UPDATE approvals SET state = 'burnt', consumed_by = request, changed = t
    WHERE nonce = wanted AND state IN ('open', 'approved') AND expires > t AND era = era();
  RETURN FOUND OR EXISTS (SELECT FROM approvals WHERE nonce = wanted AND consumed_by = request);
END`,
)}

CREATE FUNCTION finspace_mcp.end_approval(wanted text, how text) RETURNS void ${owned(
  'sql',
  `UPDATE approvals SET state = how, changed = greatest(changed, now_ms())
   WHERE nonce = wanted AND state <> 'burnt' AND how IN ('declined', 'wrong-name', 'other-call', 'changed')`,
)}

CREATE FUNCTION finspace_mcp.form_history(request text, whose text, of_nonce text, of_kind text)
RETURNS TABLE (now bigint, nonce text, kind text, at bigint) ${owned(
  'plpgsql',
  `
#variable_conflict use_column
DECLARE
  t bigint := marked_ms();
BEGIN
  DELETE FROM forms WHERE id IN (
    SELECT id FROM forms WHERE at <= t - 3600000 ORDER BY at LIMIT 100 FOR UPDATE SKIP LOCKED);
  IF of_kind <> '' THEN
    INSERT INTO forms (id, client, at, nonce, kind) VALUES (request, whose, t, of_nonce, of_kind) ON CONFLICT DO NOTHING;
  END IF;
  RETURN QUERY SELECT t, f.nonce, f.kind, f.at FROM (SELECT) AS always
    LEFT JOIN (SELECT * FROM forms WHERE client = whose AND at > t - 3600000) AS f ON true ORDER BY f.at, f.ordinal;
END`,
)}

-- Accepts the present time, and discards every question, so that nothing expired becomes valid again.
CREATE FUNCTION finspace_mcp.reset_clock() RETURNS void ${owned(
  'sql',
  `DELETE FROM approvals; DELETE FROM forms; UPDATE replicas SET seen = now_ms();`,
)}
`;
