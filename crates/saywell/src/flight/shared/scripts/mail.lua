-- Leaves a word for whoever makes a flight.
-- KEYS: record, mail. ARGV: where bells ring, ms that it is kept, the word.
local maker = redis.call('HGET', KEYS[1], 'maker')
if not maker then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
redis.call('PUBLISH', ARGV[1] .. maker, KEYS[1])
return 1
