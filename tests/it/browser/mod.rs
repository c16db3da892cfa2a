//! The pages in a real browser: what only Chromium can say about policies, redirects, focus and layout.
//!
//! Needs `chromium` (or `google-chrome`) and a `chromedriver` of the same version. Without them these tests say so and pass,
//! except when `CI=true`.

mod callbacks;
mod chromium;
mod connections;
mod consent;
mod keyboard;
mod looks;
mod pages;
mod site;
mod strangers;
