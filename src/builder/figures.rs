//! Figures of a run by their names.
//!
//! Decides nothing: which names there are is decided where `expect` and sweeps
//! ask for figures.

use super::run::Run;
use super::state::CodeState;
use crate::analysis::{FigureCollector, FigureValue};
use crate::sweep::figure_request;

impl<S: CodeState> Run<'_, S> {
    /// A figure by its name: `total_time`, a path of `tempolane run --format json` such as
    /// `resources.queue.level_mean` or `measures.response.mean`, or one of the values of a mark,
    /// of all processes (`served.p95`) or of one (`worker.served.mean`). Times are whole
    /// nanoseconds.
    ///
    /// ```
    /// use tempolane::builder::Scenario;
    /// use tempolane::analysis::FigureValue;
    ///
    /// let mut shop = Scenario::new("shop");
    /// shop.buffer("queue", 10).measure("waiting", "{level: queue}");
    /// shop.process("customers", |p| {
    ///     p.put("queue").put("queue").delay("2s");
    /// });
    /// shop.process("clerk", |p| {
    ///     p.repeat(2, |p| {
    ///         p.delay("1s").get("queue").mark_value("served", "1s");
    ///     });
    /// });
    /// let run = shop.run();
    /// // Two wait until 1 s, and one until 2 s.
    /// assert_eq!(run.figure("resources.queue.level_mean")?.as_f64(), 1.5);
    /// assert_eq!(run.figure("measures.waiting.mean")?.as_f64(), 1.5);
    /// assert_eq!(run.figure("served.p95")?, FigureValue::Whole(1_000_000_000));
    /// let wrong = run.figure("resources.queue.level_men").unwrap_err();
    /// assert!(wrong.ends_with("did you mean 'resources.queue.level_mean'?"));
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    /// If there is no such figure: what there is instead. If it has no value in this run, such as
    /// the mean of a mark that was never passed.
    pub fn figure(&self, name: &str) -> Result<FigureValue, String> {
        let header = &self.trace.header;
        let mut collector = FigureCollector::new(vec![figure_request(name, header)?], header);
        if collector.takes_events() {
            self.trace.replay(&mut collector);
        }
        let numbers = collector.numbers(header, &self.statistics());
        let number = numbers.into_iter().flatten().next();
        number.ok_or_else(|| format!("the figure '{name}' has no value in this run"))
    }
}
