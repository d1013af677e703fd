-- Reads the next parts of a flight, and says that this gateway follows it.
-- KEYS: record, lease, parts, followers. ARGV: its name, or nothing for whichever there is; the gateway, ms that it counts
-- as a follower, where bells ring, parts that were read, the most parts.
-- Returns nothing where there is no such flight; else its name, its state, ms until its lease runs out or less than
-- nothing, what was asked if that is news, and parts.
local id, state, maker, asked = unpack(redis.call('HMGET', KEYS[1], 'id', 'state', 'maker', 'asked'))
if not id or (ARGV[1] ~= '' and id ~= ARGV[1]) then return {} end
if state == 'flying' then
    local time = redis.call('TIME')
    local until_ = string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[3])
    local new = redis.call('ZADD', KEYS[4], until_, ARGV[2])
    redis.call('PEXPIRE', KEYS[4], ARGV[3])
    if new == 1 then redis.call('PUBLISH', ARGV[4] .. maker, KEYS[1]) end
end
local answer = { id, state, tostring(redis.call('PTTL', KEYS[2])), ARGV[1] == '' and asked or '' }
local from = string.format('%d-0', ARGV[5] + 1)
for _, part in ipairs(redis.call('XRANGE', KEYS[3], from, '+', 'COUNT', ARGV[6])) do
    table.insert(answer, part[2][2])
end
return answer
