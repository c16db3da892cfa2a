//! What the environment says about the tests; it says nothing to the servers that they test.

#[expect(
    clippy::disallowed_methods,
    reason = "how tests are run is no setting of the server"
)]
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Where a program from outside that is missing fails the test instead of skipping it.
pub fn is_ci() -> bool {
    setting("CI").is_some_and(|value| value == "true")
}
