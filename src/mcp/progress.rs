//! How far a call is, for callers who asked to be told.

use std::convert::Infallible;

use futures_util::future::BoxFuture;
use rmcp::model::{NumberOrString, ProgressNotificationParam, ProgressToken};
use rmcp::service::RequestContext;
use rmcp::{Peer, RoleServer};
use tokio::sync::mpsc;

use super::message::MAX_ID_BYTES;
use crate::intervals::Watch;

/// In a request's extensions: its caller takes the answer in one piece only.
#[derive(Clone, Copy)]
pub struct Whole;

/// One call's way to its caller.
pub struct Progress {
    peer: Peer<RoleServer>,
    token: ProgressToken,
    told: mpsc::UnboundedReceiver<Step>,
    tell: mpsc::UnboundedSender<Step>,
    /// What is being passed on. It is kept here to be finished even if whoever waits for it turns to something else: what is
    /// still on its way when the answer leaves could arrive behind it.
    leaving: Option<BoxFuture<'static, ()>>,
}

/// So many answers of Intervals.icu are here, of so many asked for until now.
struct Step {
    answered: u32,
    asked: u32,
}

impl Progress {
    /// `None` for a caller who does not want to know or does not take streams, or whose token is so long that repeating it
    /// would cost more than the news is worth.
    #[must_use]
    pub fn of(context: &RequestContext<RoleServer>) -> Option<Self> {
        let token = context.meta.get_progress_token()?;
        if matches!(&token.0, NumberOrString::String(text) if text.len() > MAX_ID_BYTES) {
            return None;
        }
        let request = context.extensions.get::<http::request::Parts>();
        if request.is_some_and(|request| request.extensions.get::<Whole>().is_some()) {
            return None;
        }
        // As many messages as the call waits for answers, hence bounded.
        let (tell, told) = mpsc::unbounded_channel();
        Some(Self {
            peer: context.peer.clone(),
            token,
            told,
            tell,
            leaving: None,
        })
    }

    /// What the client of Intervals.icu reports to.
    #[must_use]
    pub fn watch(&self) -> Watch {
        let tell = self.tell.clone();
        Watch::new(move |answered, asked| {
            // With nothing outstanding the answer itself is about to leave.
            if answered < asked {
                let _ = tell.send(Step { answered, asked });
            }
        })
    }

    /// Passes on what it hears; never ends by itself. A caller that is gone hears nothing, which is noticed elsewhere.
    pub async fn report(&mut self) -> Infallible {
        loop {
            self.finish().await;
            match self.told.recv().await {
                Some(step) => self.pass_on(step),
                // Never closed: `tell` is ours.
                None => std::future::pending().await,
            }
        }
    }

    /// Passes on what was told and has not arrived yet: answers that come at once leave no time between them.
    pub async fn catch_up(&mut self) {
        self.finish().await;
        while let Ok(step) = self.told.try_recv() {
            self.pass_on(step);
            self.finish().await;
        }
    }

    async fn finish(&mut self) {
        if let Some(leaving) = &mut self.leaving {
            leaving.await;
            self.leaving = None;
        }
    }

    fn pass_on(&mut self, Step { answered, asked }: Step) {
        let step = ProgressNotificationParam::new(self.token.clone(), f64::from(answered))
            .with_total(f64::from(asked))
            .with_message(format!("{answered} of {asked} answers from Intervals.icu"));
        let peer = self.peer.clone();
        self.leaving = Some(Box::pin(async move {
            let _ = peer.notify_progress(step).await;
        }));
    }
}
