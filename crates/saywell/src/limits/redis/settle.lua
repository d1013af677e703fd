-- Changes what a step took, once.
-- KEYS: the ticket, then an account for each claim. ARGV: the ticket; then for each claim its kind, what it took, and
-- what is kept of it.
if redis.call('DEL', KEYS[1]) == 0 then return 0 end
for i = 2, #KEYS do
    local at = 2 + (i - 2) * 3
    if ARGV[at] == 'places' then
        redis.call('ZREM', KEYS[i], ARGV[1])
    elseif ARGV[at] == 'sum' and redis.call('EXISTS', KEYS[i]) == 1 then
        local sum = tonumber(redis.call('GET', KEYS[i])) + tonumber(ARGV[at + 2]) - tonumber(ARGV[at + 1])
        redis.call('SET', KEYS[i], string.format('%.0f', math.max(0, sum)), 'KEEPTTL')
    end
end
return 1
