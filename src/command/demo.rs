//! `demo`: the whole server with an invented athlete.

use intervals_mcp_server::app::{self, App};
use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::config::{self, Config, Sources, variables};
use intervals_mcp_server::public_url::PublicUrl;
use intervals_mcp_server::telemetry;

use super::banner;
use super::failure::Failure;
use super::listening::listen;
use super::say;
use super::serve::serve_until_told;
use super::signals::Signals;

/// What the demo's consent page asks for unless `OWNER_PASSWORD` says otherwise. It guards an athlete who does not exist.
const DEMO_OWNER_PASSWORD: &str = "demo-owner-password";

/// The whole server with an invented athlete.
pub async fn serve(mut sources: Sources, api: Option<u16>) -> Result<(), Failure> {
    let port = sources
        .get(variables::PORT.name)
        .or(variables::PORT.default)
        .unwrap_or_default();
    let base_url = format!("http://127.0.0.1:{port}");
    let fallback = [
        (variables::HOST, "127.0.0.1".to_owned()),
        (variables::BASE_URL, base_url),
        (variables::JWT_SECRET_KEY, random_secret()?),
        (variables::OWNER_PASSWORD, DEMO_OWNER_PASSWORD.to_owned()),
    ];
    for (variable, value) in fallback {
        sources.fallback.insert(variable.name.to_owned(), value);
    }
    // The stand-ins below are legal values, so what is wrong now is wrong without them too, and nothing is bound yet.
    for (variable, value) in app::INVENTED_ATHLETE {
        sources.fixed.insert(variable.to_owned(), value.to_owned());
    }
    // What a try-out leaves on a disk should be asked for.
    sources.environment.remove(config::RAILWAY_VOLUME);
    Config::load(&sources)?.at(Clock::system().now())?;
    let upstream = app::serve_invented_api(Clock::system(), api)
        .await
        .map_err(|error| {
            let port = api.map_or_else(|| "any port".to_owned(), |port| format!("port {port}"));
            Failure::Listening(format!(
                "the invented API cannot listen on {port} of 127.0.0.1 ({error}): choose another with --api, or leave it out"
            ))
        })?;
    let upstream_url = format!("http://{upstream}");
    sources.fixed.insert(
        variables::INTERVALS_BASE_URL.name.to_owned(),
        upstream_url.clone(),
    );
    let config = Config::load(&sources)?;
    let _logging = telemetry::init(&config.telemetry).map_err(Failure::Telemetry)?;
    let signals = Signals::new();
    banner::tell_facts(&config);
    let address = config.listen;
    let public_url = config.http.public_url.clone();
    let app = App::open(config.into(), Clock::system()).await?;
    let listener = listen(address)?;
    let password = match sources.get(variables::OWNER_PASSWORD.name) {
        Some(DEMO_OWNER_PASSWORD) => DEMO_OWNER_PASSWORD,
        // A password that somebody chose does not belong on a screen or in a log.
        _ => "the value of OWNER_PASSWORD",
    };
    say(&instructions(
        &public_url,
        password,
        api.map(|_| upstream_url.as_str()),
    ));
    banner::tell_listening(&listener, &public_url);
    serve_until_told(app, listener, signals).await;
    Ok(())
}

fn instructions(public_url: &PublicUrl, password: &str, api: Option<&str>) -> String {
    let url = public_url.mcp();
    let api = api.map_or_else(String::new, |api| {
        format!("\nThe invented athlete's Intervals.icu API: {api}\n")
    });
    format!(
        "A demo of the whole server, with an athlete who does not exist. Changes last until it stops.\n\
         \n\
         URL:             {url}\n\
         Owner password:  {password}\n\
         \n\
         Add it to Claude Code:\n\
         \n    claude mcp add --transport http intervals-demo {url}\n\
         \n\
         Then run `claude`, type /mcp, choose intervals-demo and authenticate: a page opens in your browser. Check what is \
         asked for, type the owner password, approve, and ask \"How is my training going?\"\n\
         {api}"
    )
}

fn random_secret() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::Machine(format!("the system has no random numbers: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
