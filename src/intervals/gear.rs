//! Bikes, shoes and components.

use std::sync::Arc;

use super::cache::Freshness;
use super::error::Error;
use super::lenient::record;
use super::transport::Transport;

/// Calls about gear; all fail as [`Error`] says.
#[derive(Clone, Copy)]
pub struct GearList<'a> {
    transport: &'a Transport,
}

impl<'a> GearList<'a> {
    pub(super) const fn new(transport: &'a Transport) -> Self {
        Self { transport }
    }

    /// `GET /athlete/{id}/gear`: what there is, and what is retired.
    pub async fn list(&self) -> Result<Arc<Vec<GearItem>>, Error> {
        let target = self.transport.athlete().then("gear");
        self.transport.get(target, Freshness::Settings).await
    }
}

record! {
    /// A bike, a pair of shoes, or a part of one.
    pub struct GearItem [id: String] {
        /// Such as `Bike` or `Shoes`.
        kind ("type"): String,
        name: String,
        /// Local day since when it is not used any more.
        retired: jiff::civil::Date,
        /// Whether it is a part of another.
        component: bool,
    }
}
