//! The rmcp handler: the single choke point through which every tool is called.

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestMethod,
    CompleteRequestParams, CompleteResult, ContentBlock, CustomRequest, CustomResult, ErrorData,
    Implementation, JsonObject, ListPromptsRequestMethod, ListPromptsResult,
    ListResourceTemplatesRequestMethod, ListResourceTemplatesResult, ListResourcesRequestMethod,
    ListResourcesResult, PaginatedRequestParams, ProtocolVersion, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};
use tokio_util::sync::CancellationToken;

use super::context::Home;
use super::error::ToolError;
use super::instructions;
use super::registry::{Access, Entry, Registry};
use crate::identity::{Caller, Scopes};

/// Claude gives a call about 60 s; ours ends before.
const CALL_DEADLINE: Duration = Duration::from_secs(50);
const VERSIONS: &[ProtocolVersion] = &[
    ProtocolVersion::V_2026_07_28,
    ProtocolVersion::V_2025_11_25,
    ProtocolVersion::V_2025_06_18,
    ProtocolVersion::V_2025_03_26,
];

/// How a call ended, for the log line that is written when the answer leaves.
#[derive(Clone, Default)]
pub struct Outcome(Arc<Mutex<Option<&'static str>>>);

impl Outcome {
    fn set(&self, outcome: &'static str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    }

    /// `ok`, or what kind of failure it was; `None` when no tool ran.
    #[must_use]
    pub fn get(&self) -> Option<&'static str> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One per process, cloned per request.
#[derive(Clone)]
pub struct Handler(Arc<Inner>);

struct Inner {
    registry: Arc<Registry>,
    home: Arc<Home>,
    config: ServerConfig,
}

impl Handler {
    #[must_use]
    pub fn new(registry: Arc<Registry>, home: Arc<Home>) -> Self {
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        let implementation = Implementation::new("intervals-mcp-server", env!("CARGO_PKG_VERSION"))
            .with_title("Intervals.icu");
        Self(Arc::new(Inner {
            registry,
            home,
            config: ServerConfig::new(capabilities)
                .with_server_info(implementation)
                .with_instructions(instructions::TEXT),
        }))
    }

    async fn run(
        &self,
        entry: &Entry,
        arguments: JsonObject,
        scopes: Scopes,
        cancelled: &CancellationToken,
    ) -> Result<String, ToolError> {
        let call = AssertUnwindSafe(entry.call(self.0.home.call(scopes), arguments)).catch_unwind();
        let reads_only = entry.access == Access::Read;
        let result = tokio::select! {
            // Nobody waits for the answer of a read any more; a write goes on to its end.
            () = cancelled.cancelled(), if reads_only => return Err(ToolError::Cancelled),
            result = tokio::time::timeout(CALL_DEADLINE, call) => result,
        };
        match result {
            Err(_) => Err(ToolError::Deadline(CALL_DEADLINE)),
            Ok(Err(_)) => Err(ToolError::Panicked),
            Ok(Ok(reply)) => reply.map(|reply| reply.finish(&marker())),
        }
    }
}

/// Unpredictable, so that no text from upstream can imitate it.
fn marker() -> String {
    let mut bytes = [0_u8; 4];
    // Without entropy the process could not have started; a fixed marker is then the least of all worries.
    let _ = getrandom::fill(&mut bytes);
    format!("{:08x}", u32::from_be_bytes(bytes))
}

fn extension<T: Clone + Send + Sync + 'static>(context: &RequestContext<RoleServer>) -> Option<T> {
    context
        .extensions
        .get::<http::request::Parts>()?
        .extensions
        .get::<T>()
        .cloned()
}

fn caller(context: &RequestContext<RoleServer>) -> Result<Caller, ErrorData> {
    // The guard stands in front of every route; without it nothing may be answered.
    extension(context).ok_or_else(|| ErrorData::internal_error("no caller", None))
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        self.0.config.clone()
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(VERSIONS)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let scopes = caller(&context)?.scopes;
        let Some(entry) = self.0.registry.find(&request.name) else {
            return Err(ErrorData::invalid_params(
                format!("Unknown tool: {:.64}", request.name),
                None,
            ));
        };
        if let Some(missing) = self.0.registry.missing(entry, scopes) {
            // The layer in front has answered 403 already; this holds even if it is ever taken away.
            return Err(ErrorData::invalid_request(
                format!("{} needs the scopes {missing}", entry.name),
                None,
            ));
        }
        let outcome: Option<Outcome> = extension(&context);
        let result = self
            .run(
                entry,
                request.arguments.unwrap_or_default(),
                scopes,
                &context.ct,
            )
            .await;
        if let Some(outcome) = outcome {
            outcome.set(result.as_ref().map_or_else(ToolError::outcome, |_| "ok"));
        }
        Ok(match result {
            Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
            Err(error) => {
                if matches!(error, ToolError::Panicked) {
                    tracing::error!(tool = entry.name, "a tool panicked");
                }
                CallToolResult::error(vec![ContentBlock::text(error.sentence())])
            }
        }
        .into())
    }

    /// What rmcp takes for a method of ours is one of the protocol, whose parameters it could not read: the layer in front
    /// lets no other method through.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        Err(ErrorData::invalid_params(
            format!(
                "The parameters of {:.64} are missing or of the wrong type",
                request.method
            ),
            None,
        ))
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListPromptsRequestMethod>())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListResourcesRequestMethod>())
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Err(ErrorData::method_not_found::<
            ListResourceTemplatesRequestMethod,
        >())
    }

    async fn complete(
        &self,
        _: CompleteRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        Err(ErrorData::method_not_found::<CompleteRequestMethod>())
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use secrecy::SecretString;
    use serde::Deserialize;

    use super::super::registry::Tool;
    use super::super::reply::Reply;
    use super::*;
    use crate::clock::Clock;
    use crate::intervals::{Client, Settings};

    #[derive(Deserialize, JsonSchema)]
    struct Nothing {}

    macro_rules! tool {
        ($name:ident, $access:ident, $run:expr) => {
            struct $name;
            impl Tool for $name {
                const NAME: &'static str = stringify!($name);
                const TITLE: &'static str = "";
                const ACCESS: Access = Access::$access;
                const DESCRIPTION: &'static str = "";
                type Params = Nothing;
                async fn run(
                    _: &super::super::context::Context,
                    _: Nothing,
                ) -> Result<Reply, ToolError> {
                    $run.await
                }
            }
        };
    }
    tool!(Panics, Read, async { panic!("a bug of ours") });
    tool!(Sleeps, Read, std::future::pending());
    tool!(Writes, Write, async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        Ok(Reply::new("written"))
    });

    async fn run<T: Tool>(cancelled: &CancellationToken) -> Result<String, ToolError> {
        let settings = Settings {
            base_url: "http://127.0.0.1:9".parse().unwrap(),
            athlete_id: "i1".parse().unwrap(),
            api_key: SecretString::from("k"),
            rate: None,
            deadline: Duration::from_secs(1),
        };
        let client = Client::new(settings, Clock::system()).unwrap();
        let registry = Arc::new(Registry::new(vec![Entry::of::<T>()], false));
        let home = Home::new(client, Clock::system(), Arc::clone(&registry));
        let handler = Handler::new(Arc::clone(&registry), home);
        let entry = registry.find(T::NAME).unwrap();
        handler
            .run(entry, JsonObject::new(), Scopes::ALL, cancelled)
            .await
    }

    #[tokio::test]
    async fn a_panic_inside_a_tool_is_caught_and_answered() {
        let error = run::<Panics>(&CancellationToken::new()).await.unwrap_err();
        assert!(matches!(error, ToolError::Panicked));
        assert!(!error.sentence().contains("a bug of ours"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_tool_that_never_ends_is_given_up_before_the_client_does() {
        let started = tokio::time::Instant::now();
        let error = run::<Sleeps>(&CancellationToken::new()).await.unwrap_err();
        assert!(matches!(error, ToolError::Deadline(_)));
        assert_eq!(started.elapsed(), CALL_DEADLINE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_hangs_up_ends_a_read_and_never_a_write() {
        let gone = CancellationToken::new();
        gone.cancel();
        assert!(matches!(
            run::<Sleeps>(&gone).await,
            Err(ToolError::Cancelled)
        ));
        assert_eq!(run::<Writes>(&gone).await.unwrap(), "written");
    }
}
