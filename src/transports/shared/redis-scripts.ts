import { TOLERANCE_MS } from '../../safety/ledger-clock.ts';

/** The error of the scripts when the clock of Redis is behind the latest recorded time. */
export const CLOCK_SET_BACK = 'CLOCKSETBACK';

/** The time of Redis, and the latest recorded time, which the first key stores. */
const TIMES = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local latest = tonumber(redis.call('GET', KEYS[1]) or 0)
`;

/** The error of the scripts when Redis does not identify its process. */
export const NO_RUN_ID = 'NORUNID';

/**
 * The process of Redis and its replication id. A restart changes the first, and the promotion of a standby the second; either may
 * have lost the newest writes, so a pending approval counts only under the pair that stored it.
 */
const RUN = `
local process = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local line = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
if not process or not line then return redis.error_reply('${NO_RUN_ID} INFO has no run_id or master_replid') end
local run = process .. ':' .. line
`;

/** The time of Redis, never before the latest recorded time. */
const NOW = `${TIMES}${RUN}
if now < latest - ${TOLERANCE_MS} then return redis.error_reply('${CLOCK_SET_BACK} the clock was set back') end
if now > latest then redis.call('SET', KEYS[1], now) else now = latest end
local function open(key, states)
  local row = redis.call('HMGET', key, 'state', 'expires', 'run')
  return row[1] and states[row[1]] and tonumber(row[2]) > now and row[3] == run
end
`;

/**
 * The changes and reads of the ledger. The first key of each is the latest recorded time. A pending approval is a hash; `b:`
 * leads from a binding to its pending approval, and `c:` reserves its code. Sorted sets hold the pending approvals that may be
 * open; in `g:`, the approved ones of a binding by opening time; and those of a principal by opening time. `f:` holds what
 * happened to the forms of a client, by time.
 */
export const SCRIPTS = {
  open: `${NOW}
local nonce, code, binding, principal, body, about, client, most, openMs, keptMs = unpack(ARGV)
local present = redis.call('GET', KEYS[3])
if present and open(KEYS[7] .. present, { open = true }) then return { redis.call('HGETALL', KEYS[7] .. present) } end
if redis.call('EXISTS', KEYS[4]) == 1 then return { {} } end
redis.call('ZREMRANGEBYSCORE', KEYS[6], '-inf', now - openMs)
local replaced, waiting, held = {}, {}, { [client] = 1 }
for _, other in ipairs(redis.call('ZRANGE', KEYS[6], 0, -1)) do
  local key = KEYS[7] .. other
  if open(key, { open = true, approved = true }) then
    local row = redis.call('HMGET', key, 'about', 'binding', 'client', 'state')
    if row[1] == about and row[2] ~= binding then
      replaced[#replaced + 1] = redis.call('HGETALL', key)
      redis.call('HSET', key, 'state', 'replaced by ' .. code)
    elseif row[4] == 'open' then
      local whose = row[3] or ''
      waiting[#waiting + 1] = { key, whose }
      held[whose] = (held[whose] or 0) + 1
    end
  end
end
if #waiting >= tonumber(most) then
  local first = waiting[1]
  for _, one in ipairs(waiting) do if held[one[2]] > held[first[2]] then first = one end end
  redis.call('HSET', first[1], 'state', 'evicted')
end
redis.call('HSET', KEYS[2], 'nonce', nonce, 'code', code, 'binding', binding, 'principal', principal, 'body', body,
  'about', about, 'client', client, 'run', run, 'state', 'open', 'opened', now, 'expires', now + openMs)
redis.call('PEXPIRE', KEYS[2], openMs + keptMs)
redis.call('SET', KEYS[3], nonce, 'PX', openMs)
redis.call('SET', KEYS[4], nonce, 'PX', openMs + keptMs)
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', now - openMs)
redis.call('ZADD', KEYS[5], now, nonce)
redis.call('ZADD', KEYS[6], now, nonce)
redis.call('PEXPIRE', KEYS[6], openMs)
return { redis.call('HGETALL', KEYS[2]), unpack(replaced) }
`,
  find: `${RUN}
if redis.call('HGET', KEYS[2], 'run') ~= run then return {} end
return redis.call('HGETALL', KEYS[2])
`,
  status: `${NOW}
local nonce = redis.call('GET', KEYS[2])
local row = nonce and redis.call('HMGET', KEYS[3] .. nonce, 'state', 'expires', 'run')
if not row or not row[1] or row[3] ~= run then return {} end
return { row[1], tonumber(row[2]) <= now and 1 or 0 }
`,
  list: `${NOW}
local rows = {}
for _, nonce in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  if open(KEYS[3] .. nonce, { open = true }) then rows[#rows + 1] = redis.call('HGETALL', KEYS[3] .. nonce) end
end
return rows
`,
  approve: `${NOW}
if not open(KEYS[2], { open = true }) then return 0 end
local row = redis.call('HMGET', KEYS[2], 'binding', 'expires', 'opened')
redis.call('HSET', KEYS[2], 'state', 'approved', 'approval', ARGV[2])
local granted = KEYS[3] .. row[1]
redis.call('ZADD', granted, row[3], ARGV[1])
redis.call('PEXPIRE', granted, math.max(row[2] - now, redis.call('PTTL', granted)))
return 1
`,
  approvedFor: `${NOW}
local rows = {}
for _, nonce in ipairs(redis.call('ZREVRANGE', KEYS[2], 0, -1)) do
  if open(KEYS[3] .. nonce, { approved = true }) then rows[#rows + 1] = redis.call('HGETALL', KEYS[3] .. nonce) end
end
return rows
`,
  burn: `${NOW}
if not open(KEYS[2], { open = true, approved = true }) then return 0 end
redis.call('HSET', KEYS[2], 'state', 'burnt')
return 1
`,
  end: `
local state = redis.call('HGET', KEYS[2], 'state')
if state and state ~= 'burnt' then redis.call('HSET', KEYS[2], 'state', ARGV[1]) end
return 1
`,
  forms: `${NOW}
local keptMs, event = unpack(ARGV)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - keptMs)
if event then
  redis.call('ZADD', KEYS[2], now, string.format('%015d ', redis.call('INCR', KEYS[3])) .. event)
  redis.call('PEXPIRE', KEYS[2], keptMs)
end
return { now, redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES') }
`,
  times: `${TIMES}
return { now, latest }
`,
  // The prefix that all keys of the ledger share with the key of the time.
  reset: `${TIMES}
local all = string.sub(KEYS[1], 1, -string.len('latest') - 1) .. '*'
local cursor = '0'
repeat
  local found = redis.call('SCAN', cursor, 'MATCH', all, 'COUNT', 1000)
  cursor = found[1]
  for _, key in ipairs(found[2]) do redis.call('DEL', key) end
until cursor == '0'
redis.call('SET', KEYS[1], now)
return 1
`,
} as const;
