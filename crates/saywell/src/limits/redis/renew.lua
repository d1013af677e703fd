-- Keeps places until later, of steps that are not settled.
-- KEYS: for each place the ticket and the account. ARGV: when it is free in microseconds, ms until then; then the tickets.
for i = 1, #KEYS, 2 do
    if redis.call('EXISTS', KEYS[i]) == 1 then
        redis.call('ZADD', KEYS[i + 1], ARGV[1], ARGV[2 + (i + 1) / 2])
        if redis.call('PTTL', KEYS[i + 1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[i + 1], ARGV[2]) end
    end
end
return #KEYS / 2
