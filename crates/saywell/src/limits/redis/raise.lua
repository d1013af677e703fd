-- Brings sums up to at least what is known of them elsewhere.
-- KEYS: accounts. ARGV: for each the sum, and how long it is kept in ms.
local raised = 0
for i = 1, #KEYS do
    local known = tonumber(ARGV[2 * i - 1])
    if tonumber(redis.call('GET', KEYS[i]) or 0) < known then
        redis.call('SET', KEYS[i], string.format('%.0f', known), 'PX', ARGV[2 * i])
        raised = raised + 1
    end
end
return raised
