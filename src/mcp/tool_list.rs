//! `tools/list`, the request that every client makes at every connection: its answer is written once and not per call.

use std::sync::OnceLock;

use bytes::Bytes;
use serde_json::Value;

use super::era::Era;
use super::registry::Registry;
use crate::identity::Scopes;

/// How long a client may keep the list (2026-07-28).
const TTL_MS: u64 = 300_000;

/// The lists that callers with different scopes see, as JSON.
#[derive(Default)]
pub struct ToolLists([OnceLock<String>; Scopes::COUNT]);

impl ToolLists {
    /// The whole JSON-RPC answer to the request `id` of a caller with `scopes`.
    #[must_use]
    pub fn answer(&self, registry: &Registry, scopes: Scopes, era: Era, id: &Value) -> Bytes {
        let written = self.0.get(scopes.index()).map(|list| {
            list.get_or_init(|| {
                serde_json::to_string(&registry.listed(scopes)).unwrap_or_else(|_| "[]".to_owned())
            })
        });
        let tools = written.map_or("[]", String::as_str);
        Bytes::from(match era {
            Era::Legacy => format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"tools":{tools}}}}}"#),
            // Private: the list depends on the caller's scopes.
            Era::Modern => format!(
                r#"{{"jsonrpc":"2.0","id":{id},"result":{{"resultType":"complete","tools":{tools},"ttlMs":{TTL_MS},"cacheScope":"private"}}}}"#
            ),
        })
    }
}
