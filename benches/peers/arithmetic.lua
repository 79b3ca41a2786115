-- W9 in Lua: the loop of the scenario, for lua5.4 and luajit. Prints one line of JSON.
--
-- Lua 5.4 has whole numbers and halves them with //, which LuaJIT cannot read; so whoever runs this has the halving in a
-- text of its own.
local workload, option, divide = ...
assert(workload == "W9" and option == "--divide", "usage: W9 --divide N")
local numbers = math.floor(100000 / tonumber(divide))
local integers = math.type ~= nil
local text = [[
local numbers = ...
local number, all_steps, most, hardest, mean = 0, 0, 0, 0, 0.0
while number < numbers do
  number = number + 1
  local n, steps = number, 0
  while n ~= 1 do
    if n % 2 == 0 then
      n = HALF
    else
      n = 3 * n + 1
    end
    steps = steps + 1
    mean = mean + (n - mean) * 0.01
  end
  all_steps = all_steps + steps
  if steps > most then
    most, hardest = steps, number
  end
end
return all_steps, mean + (most + hardest)
]]
local load_text = loadstring or load
local run = load_text((text:gsub("HALF", integers and "n // 2" or "n / 2")))

local start = os.clock()
local count, figure = run(numbers)
local seconds = os.clock() - start
print(string.format(
  '{"engine":"%s","workload":"W9","processes":null,"unit":"steps","count":%d,"seconds":%.6f,' ..
    '"end_time_s":%d,"figure":%.17g,"peak_bytes":null}',
  integers and "lua" or "luajit-interpreter", count, seconds, numbers, figure))
