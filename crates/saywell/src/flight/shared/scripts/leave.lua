-- A gateway follows a flight no more.
-- KEYS: record, followers. ARGV: the gateway, where bells ring.
redis.call('ZREM', KEYS[2], ARGV[1])
local maker = redis.call('HGET', KEYS[1], 'maker')
if maker then redis.call('PUBLISH', ARGV[2] .. maker, KEYS[1]) end
return 1
