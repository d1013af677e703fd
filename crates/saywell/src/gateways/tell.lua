-- Says how a gateway is, and asks how all are of whom was heard lately.
-- KEYS: gateways. ARGV: which, how it is (nothing: it is no more), ms that this counts.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[2] == '' then
    redis.call('HDEL', KEYS[1], ARGV[1])
else
    redis.call('HSET', KEYS[1], ARGV[1], string.format('%d %s', now + ARGV[3], ARGV[2]))
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
local answer, all = {}, redis.call('HGETALL', KEYS[1])
for number = 1, #all, 2 do
    local until_, state = string.match(all[number + 1], '^(%d+) (.*)$')
    if until_ and tonumber(until_) >= now then
        table.insert(answer, state)
    else
        redis.call('HDEL', KEYS[1], all[number])
    end
end
return answer
