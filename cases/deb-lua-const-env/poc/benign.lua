coroutine.wrap(function ()
  local c0 <const> = 0
  local _ENV <const> = {}
  X = c0
end)()
