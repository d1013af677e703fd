-- Takes the lease of a flight that there is not yet, or whose like has failed.
-- KEYS: record, lease, parts, followers, mail, tokens. ARGV: its name, the gateway, ms of the lease, ms it is kept, what was asked,
-- what is set aside for it.
-- Returns the token, or nothing where there is such a flight.
local state = redis.call('HGET', KEYS[1], 'state')
if state and state ~= 'failed' then return '' end
redis.call('DEL', KEYS[1], KEYS[3], KEYS[4], KEYS[5])
-- With the gateway in it, it is nobody else's even where a server that took another's place has counted less far.
local token = redis.call('INCR', KEYS[6]) .. '.' .. ARGV[2]
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'token', token, 'maker', ARGV[2], 'state', 'flying', 'parts', '0', 'asked', ARGV[5], 'aside', ARGV[6])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('SET', KEYS[2], token, 'PX', ARGV[3])
return token
