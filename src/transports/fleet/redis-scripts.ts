const NOW = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local function open(key, states)
  local row = redis.call('HMGET', key, 'state', 'expires')
  return row[1] and states[row[1]] and tonumber(row[2]) > now
end
`;

/**
 * The changes and reads of the ledger. A question is a hash; \`b:\` leads from a binding to its open question, \`a:\` to its
 * approved one, \`c:\` reserves its code, and two sorted sets hold the open ones and those of a principal.
 */
export const SCRIPTS = {
  open: `${NOW}
local nonce, code, binding, principal, body, dialog, openMs, keptMs = unpack(ARGV)
local present = redis.call('GET', KEYS[2])
if present and open(KEYS[6] .. present, { open = true }) then
  if dialog == '1' then redis.call('HINCRBY', KEYS[6] .. present, 'dialog', 1) end
  return redis.call('HGETALL', KEYS[6] .. present)
end
if redis.call('EXISTS', KEYS[3]) == 1 then return {} end
local expires = now + openMs
redis.call('HSET', KEYS[1], 'nonce', nonce, 'code', code, 'binding', binding, 'principal', principal, 'body', body,
  'dialog', dialog, 'state', 'open', 'opened', now, 'expires', expires)
redis.call('PEXPIRE', KEYS[1], openMs + keptMs)
redis.call('SET', KEYS[2], nonce, 'PX', openMs)
redis.call('SET', KEYS[3], nonce, 'PX', openMs + keptMs)
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now - keptMs)
redis.call('ZADD', KEYS[4], now, nonce)
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', now - keptMs)
redis.call('ZADD', KEYS[5], now, nonce)
redis.call('PEXPIRE', KEYS[5], keptMs)
return redis.call('HGETALL', KEYS[1])
`,
  find: `return redis.call('HGETALL', KEYS[1])`,
  list: `${NOW}
local rows = {}
for _, nonce in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if open(KEYS[2] .. nonce, { open = true }) then rows[#rows + 1] = redis.call('HGETALL', KEYS[2] .. nonce) end
end
return rows
`,
  approve: `${NOW}
if not open(KEYS[1], { open = true }) then return 0 end
local row = redis.call('HMGET', KEYS[1], 'binding', 'expires')
redis.call('HSET', KEYS[1], 'state', 'approved', 'approval', ARGV[2])
redis.call('SET', KEYS[2] .. row[1], ARGV[1], 'PX', row[2] - now)
return 1
`,
  approvedFor: `${NOW}
local nonce = redis.call('GET', KEYS[1])
if not nonce or not open(KEYS[2] .. nonce, { approved = true }) then return {} end
return redis.call('HGETALL', KEYS[2] .. nonce)
`,
  burn: `${NOW}
if not open(KEYS[1], { open = true, approved = true }) then return 0 end
redis.call('HSET', KEYS[1], 'state', 'burnt')
return 1
`,
  end: `
local state = redis.call('HGET', KEYS[1], 'state')
if state and state ~= 'burnt' then redis.call('HSET', KEYS[1], 'state', ARGV[1]) end
return 1
`,
  unanswered: `${NOW}
local sum = 0
for _, nonce in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. (now - ARGV[1]), '+inf')) do
  local row = redis.call('HMGET', KEYS[2] .. nonce, 'state', 'dialog')
  if row[1] and row[1] ~= 'burnt' then sum = sum + tonumber(row[2]) end
end
return sum
`,
} as const;
