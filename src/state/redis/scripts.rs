//! The operations of the store, in Lua.

use ::redis::{Script, ScriptInvocation};

/// What a script that writes returns when it did.
pub(super) const SWAPPED: i64 = 1;
/// What a script that writes returns when a new entry would exceed the bound.
pub(super) const FULL: i64 = -1;

/// Before every script. The keys are a hash of values, and two sorted sets of the same names: by when they expire, in
/// milliseconds since 1970, and in the order of their bytes. The first argument is the time of the caller.
const COMMON: &str = r"
local values, expiries, names = KEYS[1], KEYS[2], KEYS[3]
local now = tonumber(ARGV[1])

local function live(name)
  local expires_at = redis.call('ZSCORE', expiries, name)
  if expires_at and tonumber(expires_at) > now then
    return redis.call('HGET', values, name)
  end
  return false
end

-- A replica answers what its primary may have changed since. It is known by refusing a write, even one that changes nothing.
local function refused_as_replica()
  local tried = redis.pcall('HDEL', values, '\255')
  if type(tried) == 'table' and tried.err and string.find(tried.err, 'READONLY', 1, true) then
    return tried
  end
  return false
end

local function remove(gone)
  redis.call('HDEL', values, unpack(gone))
  redis.call('ZREM', expiries, unpack(gone))
  redis.call('ZREM', names, unpack(gone))
end

local function write(name, value, expires_at, capacity)
  local expired = redis.call('ZRANGEBYSCORE', expiries, '-inf', ARGV[1], 'LIMIT', 0, 64)
  if #expired > 0 then
    remove(expired)
  end
  if redis.call('HEXISTS', values, name) == 0 and redis.call('HLEN', values) >= tonumber(capacity) then
    return -1
  end
  redis.call('HSET', values, name, value)
  redis.call('ZADD', expiries, expires_at, name)
  redis.call('ZADD', names, 0, name)
  return 1
end
";

const GET: &str = "return refused_as_replica() or live(ARGV[2])";

const TAKE: &str = r"
local value = live(ARGV[2])
remove({ARGV[2]})
return value
";

const PUT: &str = "return write(ARGV[2], ARGV[3], ARGV[4], ARGV[5])";

/// Without a sixth argument the entry must be absent.
const SWAP: &str = r"
if live(ARGV[2]) ~= (ARGV[6] or false) then
  return 0
end
return write(ARGV[2], ARGV[3], ARGV[4], ARGV[5])
";

/// Names are UTF-8, which never has the byte 255.
const LIST: &str = r"
local refused = refused_as_replica()
if refused then
  return refused
end
local found = {}
for _, name in ipairs(redis.call('ZRANGEBYLEX', names, '[' .. ARGV[2], '(' .. ARGV[2] .. '\255')) do
  local value = live(name)
  if value then
    found[#found + 1] = {name, value}
  end
end
return found
";

/// The scripts, and the keys that they are for.
pub(super) struct Scripts {
    keys: [String; 3],
    get: Script,
    take: Script,
    put: Script,
    swap: Script,
    list: Script,
}

impl Scripts {
    /// For the keys whose names begin with `prefix`.
    pub(super) fn of(prefix: &str) -> Self {
        let script = |body: &str| Script::new(&format!("{COMMON}{body}"));
        Self {
            keys: ["values", "expiries", "names"].map(|kind| format!("{prefix}{kind}")),
            get: script(GET),
            take: script(TAKE),
            put: script(PUT),
            swap: script(SWAP),
            list: script(LIST),
        }
    }

    pub(super) fn get(&self, now: i64, name: &str) -> ScriptInvocation<'_> {
        self.begin(&self.get, now, name)
    }

    pub(super) fn take(&self, now: i64, name: &str) -> ScriptInvocation<'_> {
        self.begin(&self.take, now, name)
    }

    pub(super) fn list(&self, now: i64, prefix: &str) -> ScriptInvocation<'_> {
        self.begin(&self.list, now, prefix)
    }

    pub(super) fn put(
        &self,
        now: i64,
        name: &str,
        value: &[u8],
        expires_at: i64,
        capacity: usize,
    ) -> ScriptInvocation<'_> {
        let mut invocation = self.begin(&self.put, now, name);
        invocation.arg(value).arg(expires_at).arg(capacity);
        invocation
    }

    pub(super) fn swap(
        &self,
        now: i64,
        name: &str,
        expected: Option<&[u8]>,
        new: &[u8],
        expires_at: i64,
        capacity: usize,
    ) -> ScriptInvocation<'_> {
        let mut invocation = self.begin(&self.swap, now, name);
        invocation.arg(new).arg(expires_at).arg(capacity);
        if let Some(expected) = expected {
            invocation.arg(expected);
        }
        invocation
    }

    fn begin<'a>(&self, script: &'a Script, now: i64, name: &str) -> ScriptInvocation<'a> {
        let mut invocation = script.prepare_invoke();
        invocation.key(&self.keys[..]).arg(now).arg(name);
        invocation
    }
}
