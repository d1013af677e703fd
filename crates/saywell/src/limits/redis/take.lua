-- Takes all claims or none.
-- KEYS: the ticket, then an account for each claim.
-- ARGV: now in microseconds, the ticket, how long it is kept in ms; then for each claim its kind, amount, allowed, and
-- what its kind needs: microseconds per unit (rate), when it is free in microseconds and ms until then (places), ms
-- until it begins again (sum).
-- Returns 0 and every state after it, or the number of the first claim that does not fit and its state.
local now, ticket = tonumber(ARGV[1]), ARGV[2]
local whole = function(number) return string.format('%.0f', number) end

local states = {}
for i = 2, #KEYS do
    local at = 4 + (i - 2) * 5
    local kind, amount, allowed = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
    local extra, state, unit = tonumber(ARGV[at + 3]), 0, 1
    if kind == 'rate' then
        state, unit = math.max(0, tonumber(redis.call('GET', KEYS[i]) or 0) - now), extra
        -- Further from full than it can ever be: a clock was put back, and it begins anew.
        if state > allowed * unit then state = 0 end
    elseif kind == 'places' then
        state = redis.call('ZCOUNT', KEYS[i], '(' .. whole(now), '+inf')
    else
        state = tonumber(redis.call('GET', KEYS[i]) or 0)
    end
    if amount > 0 and state + amount * unit > allowed * unit then
        return { i - 1, state }
    end
    states[i - 1] = state + amount * unit
end

-- A step that is tried again because nobody heard of its answer was done already.
if redis.call('EXISTS', KEYS[1]) == 1 then return { 0 } end

local kept = false
for i = 2, #KEYS do
    local at = 4 + (i - 2) * 5
    local kind, amount = ARGV[at], tonumber(ARGV[at + 1])
    local extra, lasts = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
    if amount > 0 then
        if kind == 'rate' then
            redis.call('SET', KEYS[i], whole(now + states[i - 1]), 'PX', whole(math.ceil(states[i - 1] / 1000)))
        elseif kind == 'places' then
            redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', whole(now))
            redis.call('ZADD', KEYS[i], whole(extra), ticket)
            if redis.call('PTTL', KEYS[i]) < lasts then redis.call('PEXPIRE', KEYS[i], whole(lasts)) end
            kept = true
        else
            redis.call('SET', KEYS[i], whole(states[i - 1]), 'PX', whole(lasts))
            kept = true
        end
    end
end
if kept then redis.call('SET', KEYS[1], '1', 'PX', ARGV[3]) end

table.insert(states, 1, 0)
return states
