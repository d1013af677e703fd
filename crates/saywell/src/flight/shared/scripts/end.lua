-- A flight ends without an outcome: it is dropped, or left to whoever follows it.
-- KEYS: record, lease, parts, followers, mail. ARGV: its name, the token, where bells ring, `drop` or `leave`.
local id, token = unpack(redis.call('HMGET', KEYS[1], 'id', 'token'))
if id ~= ARGV[1] or token ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[2])
-- Whoever leaves it has settled what was set aside.
if ARGV[4] == 'leave' then redis.call('HDEL', KEYS[1], 'aside') end
local followers = redis.call('ZRANGE', KEYS[4], 0, -1)
for _, gateway in ipairs(followers) do redis.call('PUBLISH', ARGV[3] .. gateway, KEYS[1]) end
if ARGV[4] == 'drop' then redis.call('DEL', KEYS[1], KEYS[3], KEYS[4], KEYS[5]) end
return 1
