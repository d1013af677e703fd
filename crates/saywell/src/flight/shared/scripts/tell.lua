-- Adds parts to a flight, in order and each once, and renews its lease.
-- KEYS: record, lease, parts, followers, mail. ARGV: its name, the token, ms of the lease, ms it is kept, its state,
-- where bells ring, parts before these, what is set aside for it or nothing where that is no news, ms since its first sound
-- or nothing before that; then the parts.
-- Returns nothing where the lease is another's; else how many gateways follow, and the mail.
local id, token, known = unpack(redis.call('HMGET', KEYS[1], 'id', 'token', 'parts'))
if id ~= ARGV[1] or token ~= ARGV[2] then return {} end
known = tonumber(known)
local before, new = tonumber(ARGV[7]), #ARGV - 9
if known < before then return {} end
-- What is told again because nobody heard of the answer is there already.
for number = known + 1, before + new do
    redis.call('XADD', KEYS[3], string.format('%d-0', number), 'p', ARGV[9 + number - before], 't', token)
end
redis.call('HSET', KEYS[1], 'parts', string.format('%d', math.max(known, before + new)), 'state', ARGV[5])
if ARGV[5] == 'flying' then redis.call('SET', KEYS[2], token, 'PX', ARGV[3]) else redis.call('DEL', KEYS[2]) end
for _, key in ipairs({ KEYS[1], KEYS[3] }) do redis.call('PEXPIRE', key, ARGV[4]) end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[8] ~= '' then redis.call('HSET', KEYS[1], 'aside', ARGV[8]) end
if ARGV[9] ~= '' then redis.call('HSETNX', KEYS[1], 'sounds', string.format('%d', now - ARGV[9])) end
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', string.format('%d', now))
local followers = redis.call('ZRANGE', KEYS[4], 0, -1)
if new > 0 then
    for _, gateway in ipairs(followers) do redis.call('PUBLISH', ARGV[6] .. gateway, KEYS[1]) end
end
local answer = redis.call('LRANGE', KEYS[5], 0, -1)
redis.call('DEL', KEYS[5])
table.insert(answer, 1, tostring(#followers))
return answer
