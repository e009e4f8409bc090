-- Sends the requests of a file in turn: `wrk -s wrk.lua URL -- FILE bodies|statuses`.
-- Each line is a token, a tab and a body. With `bodies` an answer that has errors counts as failed.

local requests, turn = {}, 0
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  failed = 0
  for line in io.lines(arguments[1]) do
    local token, body = line:match("^([^\t]*)\t(.*)$")
    local headers = {
      ["Authorization"] = "Bearer " .. token,
      ["Content-Type"] = "application/json",
      ["Accept"] = "application/json",
    }
    requests[#requests + 1] = wrk.format("POST", wrk.path, headers, body)
  end
  if arguments[2] == "bodies" then
    response = function(status, headers, body)
      if status ~= 200 or body:find('"errors":', 1, true) or body:find('"code":', 1, true) then
        failed = failed + 1
      end
    end
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  local failures = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  for _, thread in ipairs(threads) do
    failures = failures + thread:get("failed")
  end
  print(string.format(
    'RESULT {"answers": %d, "seconds": %.6f, "failures": %d, "bytes": %.3f, "p50": %.3f, "p99": %.3f}',
    summary.requests, summary.duration / 1e6, failures, summary.bytes / math.max(summary.requests, 1),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
