-- Paths are asked for in turn; the result comes out as one line of JSON.
local body = os.getenv("BENCH_BODY")
if body then
  wrk.method = "POST"
  wrk.body = body
  wrk.headers["Content-Type"] = "application/json"
end

local paths = {}
for path in string.gmatch(os.getenv("BENCH_PATHS"), "%S+") do
  paths[#paths + 1] = path
end

-- With a request() of ours wrk calls Lua for every request, so there is none for a single path.
if #paths > 1 then
  local requests = {}
  local turn = 0

  function init()
    for i, path in ipairs(paths) do
      requests[i] = wrk.format(nil, path)
    end
  end

  function request()
    turn = turn % #requests + 1
    return requests[turn]
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"seconds":%.6f,"p50Us":%.1f,"p99Us":%.1f,"errors":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout
  ))
end
