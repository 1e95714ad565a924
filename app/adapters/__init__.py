"""One client per outside system, each keeping the promises of the port it implements.

It owns the wire: addresses, headers, time limits, retries, breakers, typed decoding, one log line a call.
It must not know pages, the database or what an answer means for anybody; no exception leaves it.
"""

import sys

# httpx does without its console program, whose libraries would make each of our processes larger.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
