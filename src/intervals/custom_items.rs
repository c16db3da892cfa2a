//! What the athlete added to the service: fields, charts, zones.

use std::sync::Arc;

use super::cache::Freshness;
use super::custom_item::CustomItem;
use super::error::Error;
use super::transport::Transport;

/// Calls about custom items; all fail as [`Error`] says.
#[derive(Clone, Copy)]
pub struct CustomItems<'a> {
    transport: &'a Transport,
}

impl<'a> CustomItems<'a> {
    pub(super) const fn new(transport: &'a Transport) -> Self {
        Self { transport }
    }

    /// `GET /athlete/{id}/custom-item`: all of them, private ones included. The answer may weigh a megabyte of scripts, which
    /// are not kept; what the profile tells is cheaper.
    pub async fn list(&self) -> Result<Arc<Vec<CustomItem>>, Error> {
        let target = self.transport.athlete().then("custom-item");
        self.transport.get(target, Freshness::Settings).await
    }
}
