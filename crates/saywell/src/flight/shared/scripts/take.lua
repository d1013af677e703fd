-- Takes the lease of a flight whose maker is gone, for a gateway that has read all of its parts.
-- KEYS: record, lease, followers, tokens. ARGV: its name, the gateway, ms of the lease, parts that were read.
-- Returns the token, what is set aside for it, and ms since its first sound; nothing where it is made or there is more to read;
-- `gone` where there is no such flight.
local id, state, parts, aside, sounds = unpack(redis.call('HMGET', KEYS[1], 'id', 'state', 'parts', 'aside', 'sounds'))
-- A server that took another's place may have less of it than was read there.
if id ~= ARGV[1] or tonumber(parts) < tonumber(ARGV[4]) then return { 'gone' } end
if state ~= 'flying' or parts ~= ARGV[4] or redis.call('EXISTS', KEYS[2]) == 1 then return {} end
local token = redis.call('INCR', KEYS[4]) .. '.' .. ARGV[2]
redis.call('HSET', KEYS[1], 'token', token, 'maker', ARGV[2])
redis.call('SET', KEYS[2], token, 'PX', ARGV[3])
redis.call('ZREM', KEYS[3], ARGV[2])
local time = redis.call('TIME')
local since = sounds and string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000) - sounds)
return { token, aside or '', since or '' }
