//! Tells how far a caller is who waits for several answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::future::{Either, select};

/// Counts the answers of Intervals.icu that one piece of work waits for. What is remembered costs no wait and is not
/// counted.
#[derive(Clone)]
pub struct Watch(Arc<Counts>);

struct Counts {
    asked: AtomicU32,
    answered: AtomicU32,
    tell: Box<dyn Fn(u32, u32) + Send + Sync>,
}

impl Watch {
    /// `tell` is called with how many answers are here and how many were asked for so far, each time one arrives.
    pub fn new(tell: impl Fn(u32, u32) + Send + Sync + 'static) -> Self {
        Self(Arc::new(Counts {
            asked: AtomicU32::new(0),
            answered: AtomicU32::new(0),
            tell: Box::new(tell),
        }))
    }

    /// `answer`, counted if it has to be waited for.
    pub(super) async fn over<F: Future>(&self, answer: F) -> F::Output {
        let counts = &self.0;
        let answer = std::pin::pin!(answer);
        let waiting = match select(answer, std::future::ready(())).await {
            Either::Left((here, _)) => return here,
            Either::Right(((), waiting)) => waiting,
        };
        counts.asked.fetch_add(1, Ordering::SeqCst);
        let here = waiting.await;
        let answered = counts.answered.fetch_add(1, Ordering::SeqCst) + 1;
        (counts.tell)(answered, counts.asked.load(Ordering::SeqCst));
        here
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test]
    async fn only_answers_that_are_waited_for_are_counted() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&told);
        let watch =
            Watch::new(move |answered, asked| heard.lock().unwrap().push((answered, asked)));
        assert_eq!(watch.over(std::future::ready(7)).await, 7);
        tokio::join!(
            watch.over(tokio::task::yield_now()),
            watch.over(tokio::task::yield_now()),
        );
        watch.over(tokio::task::yield_now()).await;
        assert_eq!(*told.lock().unwrap(), [(1, 2), (2, 2), (3, 3)]);
    }
}
