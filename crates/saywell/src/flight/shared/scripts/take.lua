-- Takes the lease of a flight whose maker is gone, for a gateway that has read all of its parts.
-- KEYS: record, lease, followers, tokens. ARGV: its name, the gateway, ms of the lease, parts that were read.
-- Returns the token, and whether it was left; nothing where it is made or there is more to read; `gone` where there is no such flight.
local id, state, parts, left = unpack(redis.call('HMGET', KEYS[1], 'id', 'state', 'parts', 'left'))
-- A server that took another's place may have less of it than was read there.
if id ~= ARGV[1] or tonumber(parts) < tonumber(ARGV[4]) then return { 'gone' } end
if state ~= 'flying' or parts ~= ARGV[4] or redis.call('EXISTS', KEYS[2]) == 1 then return {} end
local token = redis.call('INCR', KEYS[4]) .. '.' .. ARGV[2]
redis.call('HSET', KEYS[1], 'token', token, 'maker', ARGV[2])
redis.call('SET', KEYS[2], token, 'PX', ARGV[3])
redis.call('ZREM', KEYS[3], ARGV[2])
return { token, left or '' }
