//! The rmcp handler: the single choke point through which every tool, resource, prompt and completion is asked for. What
//! can be listed never comes here: it is answered in front, by [`lists`](super::lists).

use std::borrow::Cow;
use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams, CompleteResult,
    CompletionInfo, ContentBlock, CustomRequest, CustomResult, DiscoverResult, ErrorData,
    GetPromptRequestParams, GetPromptResponse, GetPromptResult, Implementation, ProtocolVersion,
    ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, Reference,
    ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};
use serde_json::json;

use super::call::{Outcome, carry_out};
use super::completion::Source;
use super::context::{Context, Home};
use super::error::ToolError;
use super::instructions;
use super::progress::Progress;
use super::prompts::Prompt;
use super::registry::{Access, Registry};
use super::resources::{LISTS_TTL_MS, Resource};
use crate::identity::{Caller, Scope};

const VERSIONS: &[ProtocolVersion] = &[
    ProtocolVersion::V_2026_07_28,
    ProtocolVersion::V_2025_11_25,
    ProtocolVersion::V_2025_06_18,
    ProtocolVersion::V_2025_03_26,
];

const NO_SUCH_URI: &str =
    "Resource not found: resources/list and resources/templates/list show what can be read.";

/// One per process, cloned per request.
#[derive(Clone)]
pub struct Handler(Arc<Inner>);

struct Inner {
    registry: Arc<Registry>,
    resources: Vec<Resource>,
    prompts: Vec<Prompt>,
    home: Arc<Home>,
    config: ServerConfig,
}

impl Handler {
    #[must_use]
    pub fn new(
        registry: Arc<Registry>,
        resources: Vec<Resource>,
        prompts: Vec<Prompt>,
        home: Arc<Home>,
    ) -> Self {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .enable_prompts()
            .enable_completions()
            .build();
        let implementation = Implementation::new("intervals-mcp-server", env!("CARGO_PKG_VERSION"))
            .with_title("Intervals.icu");
        Self(Arc::new(Inner {
            registry,
            resources,
            prompts,
            home,
            config: ServerConfig::new(capabilities)
                .with_server_info(implementation)
                .with_instructions(instructions::TEXT),
        }))
    }

    /// What work for `caller` has at hand, and the way back for news of how far it is.
    fn context(
        &self,
        caller: &Caller,
        context: &RequestContext<RoleServer>,
    ) -> (Context, Option<Progress>) {
        let progress = Progress::of(context);
        let watch = progress.as_ref().map(Progress::watch);
        (self.0.home.call(caller.scopes, watch), progress)
    }

    /// Carries out what only reads, and notes how it ended.
    async fn read<T>(
        &self,
        work: impl Future<Output = Result<T, ToolError>>,
        context: &RequestContext<RoleServer>,
        progress: Option<Progress>,
    ) -> Result<T, ToolError> {
        let work = async {
            self.0.home.hear_news().await;
            work.await
        };
        let result = Box::pin(carry_out(work, true, &context.ct, progress)).await;
        note(context, &result);
        result
    }

    /// What the argument is completed from. What has no values to offer is not wrong: clients ask while somebody types.
    fn source(&self, request: &CompleteRequestParams) -> Option<Source> {
        let variable = &request.argument.name;
        match &request.r#ref {
            Reference::Prompt(prompt) => {
                let prompt = self.0.prompts.iter().find(|p| p.name == prompt.name)?;
                let argument = prompt.arguments().find(|a| a.name == variable)?;
                Some(argument.completes)
            }
            Reference::Resource(template) => {
                let resource = self.0.resources.iter().find(|r| r.uri == template.uri)?;
                (resource.variable() == Some(variable.as_str())).then_some(resource.completes)?
            }
            _ => None,
        }
    }
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

/// A caller who may read; the layer in front has answered 403 to others already.
fn reader(context: &RequestContext<RoleServer>) -> Result<Caller, ErrorData> {
    let caller = caller(context)?;
    if caller.scopes.contains(Scope::Read) {
        return Ok(caller);
    }
    let needs = format!("this needs the scope {}", Scope::Read.as_str());
    Err(ErrorData::invalid_request(needs, None))
}

fn note<T>(context: &RequestContext<RoleServer>, result: &Result<T, ToolError>) {
    if let Some(outcome) = extension::<Outcome>(context) {
        outcome.note(result);
    }
}

/// Parameters that are wrong, said to the caller and to the log.
fn refuse(context: &RequestContext<RoleServer>, sentence: String) -> ErrorData {
    if let Some(outcome) = extension::<Outcome>(context) {
        outcome.refuse();
    }
    ErrorData::invalid_params(sentence, None)
}

/// Whether the caller knows caching hints (2026-07-28).
fn is_modern(context: &RequestContext<RoleServer>) -> bool {
    context.protocol_version() == Some(ProtocolVersion::V_2026_07_28)
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        self.0.config.clone()
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(VERSIONS)
    }

    async fn discover(&self, _: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let config = self.0.config.clone();
        Ok(DiscoverResult::from_server_info(VERSIONS.to_vec(), config).with_ttl_ms(LISTS_TTL_MS))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let caller = caller(&context)?;
        let Some(tool) = self.0.registry.find(&request.name) else {
            let unknown = format!("Unknown tool: {:.64}", request.name);
            return Err(refuse(&context, unknown));
        };
        if let Some(missing) = self.0.registry.missing(tool, caller.scopes) {
            // The layer in front has answered 403 already; this holds even if it is ever taken away.
            return Err(ErrorData::invalid_request(
                format!("{} needs the scopes {missing}", tool.name),
                None,
            ));
        }
        let (at_hand, progress) = self.context(&caller, &context);
        // In a box, as all work here: rmcp passes this future on by value through many frames.
        let work = Box::pin(async {
            self.0.home.hear_news().await;
            let arguments = request.arguments.unwrap_or_default();
            tool.call(at_hand, arguments).await
        });
        let reads_only = tool.access == Access::Read;
        let result = Box::pin(carry_out(work, reads_only, &context.ct, progress)).await;
        note(&context, &result);
        if !reads_only && context.ct.is_cancelled() {
            // The line of the call was written when its caller hung up.
            tracing::info!(
                session_id = %caller.session_id,
                tool = %tool.name,
                outcome = %Outcome::of(&result),
                "a change went on without its caller"
            );
        }
        Ok(match result {
            Ok(content) => CallToolResult::success(content),
            Err(error) => {
                if matches!(error, ToolError::Panicked) {
                    tracing::error!(tool = tool.name, "a tool panicked");
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
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let sentence = format!(
            "The parameters of {:.64} are missing or of the wrong type",
            request.method
        );
        Err(refuse(&context, sentence))
    }

    /// For rmcp to compare parameters with the headers that repeat them, which no tool of ours asks for.
    #[cfg(feature = "conformance")]
    fn get_tool(&self, name: &str) -> Option<rmcp::model::Tool> {
        let mut tools = self.0.registry.summary();
        tools.find_map(|(known, _, listed)| (known == name).then(|| listed.clone()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let caller = reader(&context)?;
        let uri = request.uri;
        let miss = |sentence: String| {
            // Turned into -32602 for callers of 2026-07-28.
            ErrorData::resource_not_found(sentence, Some(json!({ "uri": uri })))
        };
        let mut found = self.0.resources.iter();
        let found = found.find_map(|resource| Some((resource, resource.matches(&uri)?)));
        let Some((resource, value)) = found else {
            if let Some(outcome) = extension::<Outcome>(&context) {
                outcome.refuse();
            }
            return Err(miss(NO_SUCH_URI.to_owned()));
        };
        let (at_hand, progress) = self.context(&caller, &context);
        let work = Box::pin(resource.read(at_hand, &uri, &value));
        match self.read(work, &context, progress).await {
            Ok(contents) => {
                let result = ReadResourceResult::new(vec![contents]);
                let (ttl_ms, scope) = resource.caching();
                Ok(if is_modern(&context) {
                    result.with_ttl_ms(ttl_ms).with_cache_scope(scope)
                } else {
                    result
                }
                .into())
            }
            Err(error) if resource.is_missed(&error) => Err(miss(error.sentence())),
            Err(error) => Err(ErrorData::internal_error(error.sentence(), None)),
        }
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let Some(prompt) = self.0.prompts.iter().find(|p| p.name == request.name) else {
            let unknown = format!("Unknown prompt: {:.64}", request.name);
            return Err(refuse(&context, unknown));
        };
        match prompt.messages(&request.arguments.unwrap_or_default()) {
            Ok(messages) => Ok(GetPromptResult::new(messages)
                .with_description(prompt.description)
                .into()),
            Err(sentence) => Err(refuse(&context, sentence)),
        }
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let caller = reader(&context)?;
        let Some(source) = self.source(&request) else {
            return Ok(CompleteResult::new(CompletionInfo::default()));
        };
        let at_hand = self.0.home.call(caller.scopes, None);
        let work = Box::pin(source.complete(&at_hand, &request.argument.value));
        match self.read(work, &context, None).await {
            Ok(values) => Ok(CompleteResult::new(values)),
            Err(error) => Err(ErrorData::internal_error(error.sentence(), None)),
        }
    }
}
